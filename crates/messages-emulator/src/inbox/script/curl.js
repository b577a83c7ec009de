// A message as a command for a shell.

import { pretty } from "./format.js";

const quoted = (words) => `'${words.replaceAll("'", "'\\''")}'`;

const AUTH = {
  basic: '-u "${VONAGE_API_KEY:-emulator}:${VONAGE_API_SECRET:-emulator-secret}"',
  jwt: '-H "Authorization: Bearer $(messages jwt mint)"',
};

/** The request that sent a message, or the one that lets the person send theirs. */
export function asCurl({ request, direction, channel, from, to, content }) {
  if (direction === "inbound") {
    const body = JSON.stringify({ channel, from, to, ...content }, null, 2);
    return command("POST", "/emulator/v1/inbound", null, body);
  }
  return command(request.method, request.path, AUTH[request.auth], pretty(request.body));
}

function command(method, path, auth, body) {
  const lines = [
    `curl -X ${method} ${quoted(location.origin + path)}`,
    auth,
    "-H 'Content-Type: application/json'",
    `-d ${quoted(body)}`,
  ];
  return lines.filter(Boolean).join(" \\\n  ");
}
