// Custom messages: what the channel's own API would take, told apart by its shape.

import { h } from "preact";

import { notice } from "../notice.js";
import { list, object, table, text } from "../values.js";
import { card, chips } from "./card.js";
import { contactCards, locationOf, media } from "./media.js";
import { buttons, componentTemplate, interactive, tapTarget } from "./whatsapp.js";

/** @import { Message } from "../types.js" */

/**
 * `null` where the shape is not a known one.
 * @param {any} custom
 * @param {Message} message
 */
export function customOf(custom, message) {
  const value = object(custom);
  if (value.contentMessage) return richBusinessMessage(object(value.contentMessage), message);
  if (value.attachment) return messengerAttachment(object(value.attachment));
  return WHATSAPP[value.type]?.(value, message) ?? null;
}

/** @type {Record<string, (value: any, message: Message) => any>} */
const WHATSAPP = table({
  template: ({ template }, message) => componentTemplate(template, message),
  interactive: ({ interactive: value }, message) => interactive(value, message),
  location: ({ location }) => locationOf(location),
  contacts: ({ contacts }) => contactCards(contacts),
});

/**
 * RCS as Google writes it.
 * @param {Record<string, any>} value
 * @param {Message} message
 */
function richBusinessMessage({ text: words, richCard, suggestions }, message) {
  const standalone = object(object(object(richCard).standaloneCard).cardContent);
  const tapped = list(suggestions)
    .map(object)
    .map(({ reply, action }) => {
      const { text: label, postbackData } = object(reply ?? action);
      return { type: reply ? "reply" : "action", text: label, postback_data: postbackData };
    });
  const nodes = [
    text(words) && h("p", { class: "words" }, text(words)),
    standalone.title && card({ title: standalone.title, text: standalone.description }, message),
    chips(tapped, message),
  ].filter(Boolean);
  return nodes.length > 0 ? nodes : null;
}

/**
 * A Messenger template: a text with buttons, or elements with buttons each.
 * @param {Record<string, any>} attachment
 */
function messengerAttachment({ type, payload }) {
  const { text: words, buttons: own, elements, url } = object(payload);
  if (type !== "template") return ["image", "audio", "video", "file"].includes(type) ? media(type, { url }) : null;
  const nodes = [
    text(words) && h("p", { class: "words" }, text(words)),
    ...list(elements)
      .map(object)
      .map((element) =>
        h(
          "div",
          { class: "card" },
          text(element.image_url) && media("image", { url: element.image_url }),
          h(
            "div",
            { class: "card-words" },
            h("h3", {}, text(element.title)),
            h("p", {}, text(element.subtitle)),
            messengerButtons(element.buttons),
          ),
        ),
      ),
    messengerButtons(own),
  ].filter(Boolean);
  return nodes.length > 0 ? nodes : null;
}

/**
 * The API passes no tap on a Messenger template to the application, so a tap only says what it would do.
 * @param {any} given
 */
function messengerButtons(given) {
  return buttons(
    list(given)
      .map(object)
      .map(({ title, url, payload }) =>
        tapTarget(text(title), text(url) || text(payload), () =>
          notice(
            text(url) ? `On the phone this opens ${text(url)}` : "The API passes no tap on this button to the application.",
            { key: "tap" },
          ),
        ),
      ),
  );
}
