// What the person does with their phone. Each becomes an inbound message (or a state), which the emulator posts to the
// application as a signed webhook.

import * as api from "./api.js";
import { byId, setText } from "./dom.js";
import { preview } from "./channels.js";
import { attempt, notice } from "./notice.js";
import { openConversation } from "./open.js";

/** The message that the next answer is about. */
let quoted = null;

export function quote(message) {
  quoted = message;
  byId("quoted").hidden = !message;
  setText(byId("quoted-text"), message ? preview(message) : "");
  if (message) byId("text").focus();
}

async function send(type, members) {
  const conversation = openConversation();
  if (!conversation) return;
  const { channel, person, ours } = conversation;
  const posted = await attempt("The message was refused", () =>
    api.inject({ channel, from: person, to: ours, message_type: type, ...members }),
  );
  if (posted) tellOf(posted);
}

/** Says what became of the webhook, unless all is well. */
function tellOf({ webhook }) {
  if (!webhook) {
    notice("Your application was not told: no inbound URL is set. Start the emulator with --inbound-url.", { key: "webhook" });
  } else if (!webhook.acknowledged) {
    const how = webhook.answer ? `answered ${webhook.answer}` : webhook.error;
    notice(`Your application did not take the webhook: ${how}.`, { tone: "bad", key: "webhook" });
  }
}

const about = (message) => (message ? { context: { message_uuid: message.message_uuid, message_from: message.from } } : {});

export function say(words) {
  const context = about(quoted);
  quote(null);
  return send("text", { text: words, ...context });
}

export const sendPlace = (place) => send("location", { location: place });
export const sendPicture = (image) => send("image", { image });
export const sendSticker = (url) => send("sticker", { sticker: { url } });
export const sendContacts = (contacts) => send("contacts", { contacts });

/** Taps what answers with a fixed text: an RCS suggestion, a WhatsApp button or list entry. */
export const tapReply = (message, reply) => send("reply", { reply, ...whatsappContext(message) });

/** Taps what does something: any other RCS suggestion, a template's button. */
export const tapButton = (message, button) => send("button", { button, ...whatsappContext(message) });

/** WhatsApp says which message a tap is about; RCS has no such member. */
const whatsappContext = (message) => (message.channel === "whatsapp" ? about(message) : {});

/** Reacts with an emoji; `null` takes the reaction back. */
export function react(message, emoji) {
  const reaction = emoji ? { action: "react", emoji } : { action: "unreact" };
  return send("reaction", { reaction, ...about(message) });
}

export const markRead = (message) => setStatus(message, "read");

/** Brings a message into a state, with an error code if it is a failure. */
export async function setStatus(message, status, code) {
  const posted = await attempt("The status was refused", () => api.setStatus(message.message_uuid, status, code));
  if (posted?.webhook && !posted.webhook.acknowledged) tellOf(posted);
}
