// Actions of the person on their phone. Each becomes an inbound message (or a state), which the emulator posts to the
// application as a signed webhook.

import * as api from "../api.js";
import { reportsRead } from "../channels.js";
import { counted } from "../format.js";
import { attempt, notice } from "../notice.js";
import { get } from "../store.js";
import { draftOf, scrollToEnd, setDraft } from "./messages.js";

/** @import { Message } from "../types.js" */

/**
 * @param {string} type
 * @param {object} fields
 */
export async function send(type, fields, conversation = get().thread.conversation) {
  if (!conversation) return null;
  const { channel, person, ours } = conversation;
  scrollToEnd();
  const posted = await attempt("The message was refused", () =>
    api.inject({ channel, from: person, to: ours, message_type: type, ...fields }),
  );
  if (posted) tellOf(posted);
  return posted;
}

/**
 * Says what became of the webhook, unless all is well.
 * @param {api.Posted} posted
 */
export function tellOf({ webhook }) {
  if (!webhook) {
    notice("Your application was not told: no inbound URL is set. The setup has a field for it.", { key: "webhook" });
  } else if (!webhook.acknowledged) {
    const response = webhook.answer ? `responded ${webhook.answer}` : webhook.error;
    notice(`Your application did not accept the webhook: ${response}.`, { tone: "bad", key: "webhook" });
  }
}

/** @param {Message | null} message */
const about = (message) => (message ? { context: { message_uuid: message.message_uuid, message_from: message.from } } : {});

/** Sends the draft of the open conversation; one that is refused comes back. */
export async function say() {
  const { conversation } = get().thread;
  if (!conversation) return;
  const draft = draftOf(conversation);
  if (!draft.text.trim()) return;
  setDraft(conversation, { text: "", quoted: null });
  const posted = await send("text", { text: draft.text, ...about(draft.quoted) }, conversation);
  if (!posted && !draftOf(conversation).text) setDraft(conversation, draft);
}

/** @param {Message | null} message */
export function quote(message) {
  const { conversation } = get().thread;
  if (conversation) setDraft(conversation, { quoted: message });
  if (message) document.getElementById("text")?.focus();
}

/**
 * Taps a control that responds with a fixed text: an RCS suggestion, a WhatsApp button or list entry.
 * @param {Message} message
 * @param {object} reply
 */
export const tapReply = (message, reply) => send("reply", { reply, ...whatsappContext(message) });

/**
 * Taps any other RCS suggestion, or a template's button.
 * @param {Message} message
 * @param {object} button
 */
export const tapButton = (message, button) => send("button", { button, ...whatsappContext(message) });

/**
 * WhatsApp names the message that a tap is about; RCS has no such field.
 * @param {Message} message
 */
const whatsappContext = (message) => (message.channel === "whatsapp" ? about(message) : {});

/**
 * Reacts with an emoji; `null` takes the reaction back.
 * @param {Message} message
 * @param {string | null} emoji
 */
export function react(message, emoji) {
  const reaction = emoji ? { action: "react", emoji } : { action: "unreact" };
  return send("reaction", { reaction, ...about(message) });
}

/** @param {Message} message */
export async function markRead(message) {
  if (message.direction === "outbound" && reportsRead(message.channel)) await setStatus(message, "read");
}

/** Every message that has arrived on the phone counts as read by the person. */
export async function readAll() {
  const unread = get().thread.messages.filter(({ direction, status }) => direction === "outbound" && status === "delivered");
  for (const message of unread) await markRead(message);
  notice(`Marked as read: ${counted(unread.length, "message")}.`, { key: "read" });
}

/**
 * Brings a message into a state, with an error code if it is a failure.
 * @param {Message} message
 * @param {string} status
 * @param {number} [code]
 */
export async function setStatus(message, status, code) {
  const posted = await attempt("The status was refused", () => api.setStatus(message.message_uuid, status, code));
  if (posted?.webhook && !posted.webhook.acknowledged) tellOf(posted);
}
