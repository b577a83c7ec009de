// A message as Rust: with the SDK's constructor where it is a plain text, and else from its JSON, which the SDK's types check.

import { pretty } from "../format.js";

/** @import { MessageDetail } from "../types.js" */

/** @type {Record<string, string>} */
const TYPES = { sms: "Sms", mms: "Mms", rcs: "Rcs", whatsapp: "Whatsapp", messenger: "Messenger", viber_service: "Viber" };
const PLAIN = ["channel", "message_type", "from", "to", "text"];

/**
 * The statements that send a message, or that let the person of an emulator send theirs.
 * @param {Pick<MessageDetail, "request" | "direction" | "channel" | "from" | "to" | "content">} message
 */
export function asRust({ request, direction, channel, from, to, content }) {
  if (direction === "inbound" || !request) return inject({ channel, from, to, ...content });
  const body = parsed(request.body);
  if (request.path === "/v1/messages" && isPlain(body)) return constructed(body);
  return decoded(request);
}

/** @param {string} body */
function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}

/** @param {any} body */
function isPlain(body) {
  const { failover = [], ...own } = body ?? {};
  return (
    Array.isArray(failover) &&
    [own, ...failover].every(
      (message) =>
        TYPES[message.channel] &&
        message.message_type === "text" &&
        Object.keys(message).length === PLAIN.length &&
        PLAIN.every((name) => typeof message[name] === "string"),
    )
  );
}

/** @param {any} body */
function constructed(body) {
  const { failover = [], ...own } = body;
  const used = [...new Set([own, ...failover].map(({ channel }) => TYPES[channel]))].sort();
  const made = (/** @type {any} */ { channel, from, to, text }) => `${TYPES[channel]}::text(${[from, to, text].map(literal).join(", ")})?`;
  if (failover.length === 0)
    return [`use messages_sdk::types::v1::${used[0]};`, "", `let accepted = client.send(${made(own)}).await?;`].join("\n");
  return [
    `use messages_sdk::types::v1::{${["Message", ...used].sort().join(", ")}};`,
    "",
    `let message = Message::from(${made(own)}).failover([`,
    ...failover.map((/** @type {any} */ message) => `    ${made(message)}.into(),`),
    "]);",
    "let accepted = client.send(message).await?;",
  ].join("\n");
}

/** @type {Record<string, [type: string, statement: string]>} */
const DECODED = {
  "/v1/messages": ["messages_sdk::types::v1::Message", "let accepted = client.send(message).await?;"],
  "/v0.1/messages": ["messages_sdk::types::v0_1::Message", "let accepted = client.send(message).await?;"],
  "/v0.1/dispatch": ["messages_sdk::types::v0_1::Workflow", "let created = client.create_workflow(&message).await?;"],
};

/** @param {{ path: string, body: string }} request */
function decoded({ path, body }) {
  const known = DECODED[path];
  const json = rawLiteral(pretty(body));
  if (!known) {
    return `let body = serde_json::from_str(${json})?;\nlet accepted = client.send_raw(${literal(path)}, &body, messages_sdk::SendOptions::new()).await?;`;
  }
  return `let message: ${known[0]} = serde_json::from_str(${json})?;\n${known[1]}`;
}

/** @param {object} message */
function inject(message) {
  return `let message = messages_emulator::InboundMessage::from_json(serde_json::from_str(${rawLiteral(JSON.stringify(message, null, 2))})?)?;\nemulator.inject(message).await;`;
}

const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;
/** @type {Record<string, string>} */
const ESCAPES = { "\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0" };

/**
 * A Rust string literal.
 * @param {string} words
 */
export function literal(words) {
  const escaped = words.replace(
    // eslint-disable-next-line no-control-regex -- they are escaped here
    /[\\"\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g,
    (one) => ESCAPES[one] ?? `\\u{${one.charCodeAt(0).toString(16)}}`,
  );
  return `"${escaped}"`;
}

/**
 * JSON as a raw literal with as many hashes as it needs. Rust refuses characters that turn the direction of the text.
 * @param {string} json
 */
export function rawLiteral(json) {
  const escaped = json.replace(TURNS, (one) => `\\u${one.charCodeAt(0).toString(16)}`);
  let hashes = "#";
  while (escaped.includes(`"${hashes}`)) hashes += "#";
  return `r${hashes}"${escaped}"${hashes}`;
}
