// Codes and links of a message, each to be copied with one click.

import { h } from "preact";

import { copy } from "../copy.js";
import { button } from "../markup.js";

/** @import { Message } from "../types.js" */

/**
 * What `c` copies: the code of a message, or else its first link.
 * @param {Message | null} message
 * @returns {[name: string, words: string] | null}
 */
export function firstFound(message) {
  if (message?.direction !== "outbound") return null;
  if (message.one_time_code) return ["Code", message.one_time_code];
  return message.links?.[0] ? ["Link", message.links[0]] : null;
}

/** @param {Message} message */
export function foundChips({ direction, one_time_code: code, links = [] }) {
  if (direction !== "outbound" || (!code && links.length === 0)) return null;
  return h(
    "div",
    { class: "found" },
    code && foundChip("Code", code),
    links.map((link) => h("span", { class: "found-link", key: link }, foundChip("Link", link), opened(link))),
  );
}

/**
 * @param {string} name
 * @param {string} words
 */
export function foundChip(name, words, attributes = {}) {
  const label = `Copy the ${name.toLowerCase()} ${words}`;
  return button(
    h("span", {}, name === "Code" ? words : shortened(words)),
    { class: "found-chip", "data-found": name, "aria-label": label, title: `${label} (c)`, ...attributes },
    () => copy(name, words),
  );
}

/** @param {string} link */
const opened = (link) =>
  h("a", { href: link, target: "_blank", rel: "noopener noreferrer", class: "small", "aria-label": `Open ${link}` }, "Open");

/** @param {string} link */
const shortened = (link) => link.replace(/^https?:\/\/(www\.)?/, "");
