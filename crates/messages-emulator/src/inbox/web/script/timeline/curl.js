// A message as a command for a shell.

import { pretty } from "../format.js";

/** @import { MessageDetail } from "../types.js" */

/** @param {string} words */
const quoted = (words) => `'${words.replaceAll("'", "'\\''")}'`;

const AUTH = {
  basic: '-u "${VONAGE_API_KEY:-emulator}:${VONAGE_API_SECRET:-emulator-secret}"',
  jwt: '-H "Authorization: Bearer $(messages jwt mint)"',
};

/**
 * The request that sent a message, or the one that lets the person send theirs.
 * @param {Pick<MessageDetail, "request" | "direction" | "channel" | "from" | "to" | "content">} message
 * @param {string} origin
 */
export function asCurl({ request, direction, channel, from, to, content }, origin) {
  if (direction === "inbound" || !request) {
    const body = JSON.stringify({ channel, from, to, ...content }, null, 2);
    return command(`${origin}/emulator/v1/inbound`, null, body);
  }
  return command(origin + request.path, AUTH[request.auth], pretty(request.body));
}

/**
 * A webhook as a command that posts it to its receiver.
 * @param {{ url: string, authorization?: string, body: string }} signed
 */
export function webhookCurl({ url, authorization, body }) {
  return command(url, authorization ? `-H ${quoted(`Authorization: ${authorization}`)}` : null, body);
}

/**
 * @param {string} url
 * @param {string | null} auth
 * @param {string} body
 */
function command(url, auth, body) {
  const lines = [`curl -X POST ${quoted(url)}`, auth, "-H 'Content-Type: application/json'", `-d ${quoted(body)}`];
  return lines.filter(Boolean).join(" \\\n  ");
}
