// What a message says, as its channel would show it. Contents can be anything: a `custom` message is passed on unchecked, and
// a test may inject what it likes. What has no look of its own is shown as JSON.

import { h } from "preact";

import { jsonView } from "../json.js";
import { list, object, table, text } from "../values.js";
import { card, carousel, chips } from "./card.js";
import { customOf } from "./custom.js";
import { emailOf } from "./email.js";
import { formatted } from "./formatting.js";
import { foundChips } from "./found.js";
import { contactCards, locationOf, media } from "./media.js";
import { viberAction } from "./viber.js";
import { templateOf } from "./whatsapp.js";

/** @import { Message } from "../types.js" */

/**
 * The content of a message's box.
 * @param {Message} message
 */
export function contentOf(message) {
  try {
    return drawnOf(message);
  } catch {
    // One message with a surprise in it must not keep the others of its conversation from being seen.
    return [unknown(message.content)];
  }
}

/** @param {Message} message */
function drawnOf(message) {
  const { content } = message;
  const draw = KINDS[content.message_type];
  const drawn = message.channel === "email" ? emailOf(message) : draw?.(content, message);
  const shown = [drawn].flat(Infinity).filter(Boolean);
  const nodes = shown.length > 0 ? shown : [unknown(content)];
  return [...nodes, viberAction(content), chips(content.suggestions, message), foundChips(message)];
}

/**
 * A text, with its markup where the channel has one.
 * @param {string} channel
 * @param {string} words
 */
const wordsOn = (channel, words) =>
  channel === "whatsapp" ? formatted(words) : h("p", { class: "words", dir: "auto" }, words);

/**
 * Draws the content of each type of message.
 * @type {Record<string, (content: any, message: Message) => any>}
 */
const KINDS = table({
  text: ({ text: words }, { channel }) => text(words) && wordsOn(channel, text(words)),
  image: ({ image }) => media("image", image),
  audio: ({ audio }) => media("audio", audio),
  video: ({ video }) => media("video", video),
  file: ({ file }) => media("file", file),
  vcard: ({ vcard }) => media("contact", vcard),
  sticker: ({ sticker }) => media("sticker", sticker),
  content: ({ content }) => list(content).map((part) => media(MEDIA[object(part).type] ?? "file", part)),
  card: ({ card: value, rcs }, message) => card(value, message, object(rcs)),
  carousel: ({ carousel: value }, message) => carousel(value, message),
  template: (content) => templateOf(content),
  custom: ({ custom }, message) => customOf(custom, message),
  location: ({ location }) => locationOf(location),
  contacts: ({ contacts }) => contactCards(contacts),
  contact: ({ contact }) => contactCards(contact),
  reaction: ({ reaction }) => h("p", { class: "words big" }, text(object(reaction).emoji) || "Reaction taken back"),
  reply: ({ reply }) => tapped(object(reply).title, object(reply).id, object(reply).description),
  button: ({ button }) => tapped(object(button).text, object(button).payload),
  order: ({ order }) => orderOf(object(order)),
  unsupported: () => h("p", { class: "words" }, "A message that the channel cannot pass on."),
});

/** @type {Record<string, string>} */
const MEDIA = table({
  image: "image",
  audio: "audio",
  video: "video",
  vcard: "contact",
  file: "file",
});

/**
 * @param {any} title
 * @param {any} payload
 * @param {any} [description]
 */
function tapped(title, payload, description) {
  const carried = typeof payload === "object" && payload !== null ? JSON.stringify(payload) : text(payload);
  return [
    h("p", { class: "tapped" }, "Tapped"),
    h("p", { class: "words", dir: "auto" }, text(title) || carried),
    text(description) && h("p", { class: "small", dir: "auto" }, text(description)),
    carried && carried !== text(title) && h("p", { class: "payload" }, carried),
  ];
}

/** @param {Record<string, any>} order */
function orderOf(order) {
  const items = list(order.product_items)
    .map(object)
    .map((item) =>
      h(
        "li",
        {},
        `${text(item.quantity) || "1"} × ${text(item.product_retailer_id)}`,
        h("span", { class: "price" }, `${text(item.item_price)} ${text(item.currency)}`),
      ),
    );
  return (
    items.length > 0 && [
      h("p", { class: "tapped" }, `Order from ${text(order.catalog_id)}`),
      h("ul", { class: "order" }, items),
    ]
  );
}

/** @param {any} content */
function unknown(content) {
  return h(
    "details",
    { class: "unknown" },
    h("summary", {}, text(content.message_type) || "message"),
    jsonView(JSON.stringify(content)),
  );
}
