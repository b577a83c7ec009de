// Custom messages: what the channel's own API would take, told apart by its shape.

import { h } from "preact";

import { notice } from "../notice.js";
import { list, object, table, text } from "../values.js";
import { card, carousel, chips } from "./card.js";
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
function richBusinessMessage({ text: words, richCard, suggestions, contentInfo, fileName }, message) {
  const { standaloneCard, carouselCard } = object(richCard);
  const { cardContent, cardOrientation, thumbnailImageAlignment } = object(standaloneCard);
  const cards = list(object(carouselCard).cardContents).map(richCardOf);
  const options = { card_orientation: cardOrientation, image_alignment: thumbnailImageAlignment };
  const file = text(object(contentInfo).fileUrl) || text(fileName);
  const nodes = [
    text(words) && h("p", { class: "words", dir: "auto" }, text(words)),
    file && media("file", { url: file }),
    cardContent && card(richCardOf(cardContent), message, options),
    cards.length > 0 && carousel(cards, message),
    chips(suggestionsOf(suggestions), message),
  ].filter(Boolean);
  return nodes.length > 0 ? nodes : null;
}

/**
 * A card of Google's as the API's own.
 * @param {any} value
 */
function richCardOf(value) {
  const { title, description, media: picture, suggestions } = object(value);
  const { contentInfo, height } = object(picture);
  return {
    title,
    text: description,
    media_url: object(contentInfo).fileUrl,
    media_height: height,
    suggestions: suggestionsOf(suggestions),
  };
}

/** The API's names of Google's actions. */
const ACTIONS = table({
  dialAction: "dial",
  viewLocationAction: "view_location",
  shareLocationAction: "share_location",
  openUrlAction: "open_url",
  createCalendarEventAction: "create_calendar_event",
});

/** @param {any} given */
const suggestionsOf = (given) =>
  list(given)
    .map(object)
    .map(({ reply, action }) => {
      const { text: label, postbackData, ...own } = object(reply ?? action);
      const name = Object.keys(own).find((one) => ACTIONS[one]);
      const { url, phoneNumber, title, latLong } = object(own[name ?? ""]);
      return {
        type: reply ? "reply" : name ? ACTIONS[name] : "action",
        text: label,
        postback_data: postbackData,
        url,
        phone_number: phoneNumber,
        title,
        ...object(latLong),
      };
    });

/**
 * A Messenger template: a text with buttons, or elements with buttons each.
 * @param {Record<string, any>} attachment
 */
function messengerAttachment({ type, payload }) {
  const { text: words, buttons: own, elements, url } = object(payload);
  if (type !== "template") return ["image", "audio", "video", "file"].includes(type) ? media(type, { url }) : null;
  const nodes = [
    text(words) && h("p", { class: "words", dir: "auto" }, text(words)),
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
