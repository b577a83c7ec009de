// RCS cards, carousels and suggestions.

import { h } from "preact";

import { button, icon } from "../markup.js";
import { tapButton, tapReply } from "../thread/person.js";
import { list, object, table, text } from "../values.js";
import { linkTools } from "./media.js";
import { Picture } from "./picture.js";

/** @import { Message } from "../types.js" */

/** @type {Record<string, string>} */
const PICTURES = table({
  dial: "phone",
  view_location: "location",
  share_location: "location",
  open_url: "open",
  open_url_in_webview: "open",
  create_calendar_event: "calendar",
});

/**
 * @param {any} value
 * @param {Message} message
 * @param {Record<string, any>} options
 */
export function card(value, message, options = {}) {
  const {
    title,
    text: words,
    media_url: url,
    media_description: description,
    media_height: height,
    suggestions,
  } = object(value);
  const isWide = text(options.card_orientation) === "HORIZONTAL";
  return h(
    "div",
    { class: `card ${isWide ? "wide" : ""} ${text(options.image_alignment) === "RIGHT" ? "right" : ""}` },
    text(url) &&
      h(
        "div",
        { class: `placeholder ${(text(height) || "medium").toLowerCase()}` },
        icon("image"),
        h("span", { class: "url" }, text(description) || text(url)),
        linkTools(text(url)),
        h(Picture, { url: text(url), description: text(description) || text(title) || "Picture of the card" }),
      ),
    h(
      "div",
      { class: "card-words" },
      text(title) && h("h3", { dir: "auto" }, text(title)),
      text(words) && h("p", { class: "words", dir: "auto" }, text(words)),
      chips(suggestions, message),
    ),
  );
}

/**
 * Cards side by side, to be scrolled.
 * @param {any} value
 * @param {Message} message
 */
export function carousel(value, message) {
  // Some clients send the bare array.
  const cards = Array.isArray(value) ? value : list(object(value).cards);
  if (cards.length === 0) return null;
  return h(
    "div",
    {
      class: "carousel",
      role: "group",
      "aria-roledescription": "carousel",
      "aria-label": `${cards.length} cards`,
      tabindex: "0",
    },
    cards.map((one) => card(one, message)),
  );
}

/**
 * Suggestions to tap. A `reply` answers, every other one does something on the phone and tells the application so.
 * @param {any} suggestions
 * @param {Message} message
 */
export function chips(suggestions, message) {
  const made = list(suggestions)
    .map(object)
    .map((suggestion) => chip(suggestion, message));
  return made.length > 0 && h("div", { class: "chips" }, made);
}

/**
 * @param {Record<string, any>} suggestion
 * @param {Message} message
 */
function chip(suggestion, message) {
  const { type, text: label, postback_data: payload } = suggestion;
  const words = text(label) || text(type) || "suggestion";
  const tap =
    type === "reply"
      ? () => tapReply(message, { id: text(payload), title: words })
      : () => tapButton(message, { payload: text(payload), text: words });
  const picture = PICTURES[text(type)];
  return button(
    picture ? h("span", {}, icon(picture), words) : words,
    { class: "chip", "data-kind": text(type), title: purpose(suggestion) },
    tap,
  );
}

/**
 * The effect of a tap on a real phone.
 * @param {Record<string, any>} suggestion
 */
function purpose({ type, phone_number: number, url, latitude, longitude, title }) {
  switch (type) {
    case "dial":
      return `Dials ${text(number)}`;
    case "open_url":
    case "open_url_in_webview":
      return `Opens ${text(url)}`;
    case "view_location":
      return `Shows ${text(latitude)}, ${text(longitude)}`;
    case "share_location":
      return "Shares the person's place";
    case "create_calendar_event":
      return `Notes ${text(title)} in the calendar`;
    default:
      return "Answers";
  }
}
