// A message as a test in Rust: its expectation, and what it holds as the fixture.

import { literal, rawLiteral } from "../timeline/rust.js";

/** @import { MessageDetail } from "../types.js" */

/** @type {Record<string, string>} */
const CHANNELS = {
  sms: "Sms",
  mms: "Mms",
  rcs: "Rcs",
  whatsapp: "Whatsapp",
  messenger: "Messenger",
  viber_service: "ViberService",
  email: "Email",
};
/** @type {Record<string, string>} */
const STATUSES = {
  submitted: "Submitted",
  delivered: "Delivered",
  read: "Read",
  rejected: "Rejected",
  undeliverable: "Undeliverable",
};

/**
 * Statements of a test of the application: they expect the message that it sends, or send it the user's.
 * @param {Pick<MessageDetail, "direction" | "channel" | "from" | "to" | "message_type" | "content" | "status" | "one_time_code">} message
 */
export function asTest(message) {
  const { direction, channel, from, to, content } = message;
  if (direction === "outbound") return expected(message);
  return [
    `let fixture = serde_json::from_str(${rawLiteral(JSON.stringify({ channel, from, to, ...content }, null, 2))})?;`,
    "let message = messages_emulator::InboundMessage::from_json(fixture)?;",
    "let delivered = emulator.inject(message).await;",
    "assert!(delivered.webhook.is_some_and(|webhook| webhook.acknowledged));",
  ].join("\n");
}

/** @param {Parameters<typeof asTest>[0]} message */
function expected({ channel, from, to, message_type: type, content, status, one_time_code: code }) {
  const conditions = [
    `.over(messages_emulator::Channel::${CHANNELS[channel] ?? channel})`,
    `.from(${literal(from)})`,
    `.to(${literal(to)})`,
    `.message_type(${literal(type)})`,
    status && STATUSES[status] && `.status(messages_emulator::Status::${STATUSES[status]})`,
  ];
  const lines = [
    "let query = messages_emulator::Query::sent()",
    ...conditions.filter(Boolean).map((condition) => `    ${condition}`),
  ];
  return [
    `${lines.join("\n")};`,
    "let message = emulator.expect(query).within(std::time::Duration::from_secs(5)).await?;",
    `let fixture: serde_json::Value = serde_json::from_str(${rawLiteral(JSON.stringify(content, null, 2))})?;`,
    "let content: serde_json::Value = serde_json::from_str(message.content.get())?;",
    "assert_eq!(content, fixture);",
    ...(code ? [`assert_eq!(message.code_in_text().as_deref(), Some(${literal(code)}));`] : []),
  ].join("\n");
}
