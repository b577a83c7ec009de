// The name of each channel, and what a person can send over it (the inbound types that the API documents).

import { object, table, text } from "./values.js";

/** @import { Message } from "./types.js" */

/** @typedef {{ name: string, short: string, can: string[] }} Channel */

/** @type {Record<string, Channel>} */
export const CHANNELS = {
  sms: { name: "SMS", short: "SMS", can: ["text"] },
  mms: { name: "MMS", short: "MMS", can: ["text", "image"] },
  rcs: { name: "RCS", short: "RCS", can: ["text", "image", "location"] },
  whatsapp: { name: "WhatsApp", short: "WA", can: ["text", "image", "location", "sticker", "contacts", "reaction", "context"] },
  messenger: { name: "Messenger", short: "Msg", can: ["text", "image"] },
  viber_service: { name: "Viber", short: "Vib", can: ["text", "image"] },
  email: { name: "Email", short: "@", can: [] },
};

/**
 * @param {string} name
 * @returns {Channel}
 */
export const channel = (name) => CHANNELS[name] ?? { name, short: "?", can: [] };

/**
 * The phone reports that a message was read.
 * @param {string} name
 */
export const reportsRead = (name) => name !== "sms" && name !== "mms";

/**
 * The name of a message that has no text of its own.
 * @type {Record<string, string>}
 */
const KINDS = table({
  image: "Photo",
  audio: "Audio",
  video: "Video",
  file: "File",
  vcard: "Contact card",
  card: "Card",
  carousel: "Carousel",
  template: "Template",
  sticker: "Sticker",
  reaction: "Reaction",
  custom: "Custom message",
  location: "Location",
  contacts: "Contacts",
  order: "Order",
  html: "Email",
  content: "Attachments",
  unsupported: "Unsupported message",
  button: "Button",
  reply: "Reply",
});

/** @param {string} type */
export const kindName = (type) => KINDS[type] ?? type;

/**
 * One line that says what a message is about.
 * @param {Message} message
 */
export function preview(message) {
  if (message.revoked) return "Taken back";
  const subject = message.channel === "email" && text(object(message.content.email).subject);
  if (subject) return `Email: ${subject}`;
  const line = message.text.split("\n").find((part) => part.trim()) ?? "";
  if (message.message_type === "text") return line;
  const kind = kindName(message.message_type);
  const body = text(object(object(object(message.content.custom).interactive).body).text);
  if (body) return `${kind}: ${body.split("\n")[0]}`;
  return line ? `${kind}: ${line}` : kind;
}
