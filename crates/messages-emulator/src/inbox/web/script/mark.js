// How far a message has come, as a sign and in words.

/** @import { Message } from "./types.js" */

/** @type {Record<string, { sign: string, tone: string, words: string }>} */
const MARKS = {
  submitted: { sign: "✓", tone: "", words: "submitted" },
  delivered: { sign: "✓✓", tone: "good", words: "delivered" },
  read: { sign: "✓✓", tone: "seen", words: "read" },
  rejected: { sign: "✕", tone: "bad", words: "rejected" },
  undeliverable: { sign: "✕", tone: "bad", words: "undeliverable" },
};

/**
 * A person's own messages have none, unless the application has marked them as read.
 * @param {Message} message
 */
export function mark(message) {
  if (message.direction === "inbound") {
    return message.marked_read
      ? { sign: "✓✓", tone: "seen", words: "read by the application" }
      : { sign: "", tone: "", words: "" };
  }
  if (!message.status) return { sign: "◷", tone: "", words: "accepted" };
  const found = MARKS[message.status] ?? { sign: "·", tone: "", words: message.status };
  return message.code ? { ...found, words: `${found.words} (${message.code})` } : found;
}

/** @param {Message} message */
export const hasFailed = (message) => message.status === "rejected" || message.status === "undeliverable";
