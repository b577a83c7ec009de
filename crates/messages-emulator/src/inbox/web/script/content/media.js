// Media of other hosts are not fetched by the page: a tracker in a test message, or a file of gigabytes, is loaded on request.

import { h } from "preact";

import { copy } from "../copy.js";
import { button, icon } from "../markup.js";
import { list, object, text } from "../values.js";
import { formatted } from "./formatting.js";
import { isLocal, Picture } from "./picture.js";

/** @type {Record<string, string>} */
const NAMES = { image: "Photo", audio: "Audio", video: "Video", file: "File", contact: "Contact card", sticker: "Sticker" };

/**
 * A placeholder for a picture, a sound, a film or a file.
 * @param {string} kind
 * @param {any} value
 */
export function media(kind, value) {
  const { url, caption, name, id, thumb_url: thumbnail } = object(value);
  const link = text(url);
  const isPicture = kind === "image" || kind === "sticker";
  return h(
    "figure",
    { class: `media ${kind}` },
    isPicture && isLocal(link) && h(Picture, { url: link, description: text(caption) || text(name) || NAMES[kind] }),
    h(
      "div",
      { class: isPicture && isLocal(link) ? "placeholder below" : "placeholder" },
      icon(kind),
      h("span", { class: "file" }, text(name) || fileName(link) || text(id) || NAMES[kind]),
      link && h("span", { class: "url" }, link),
      text(thumbnail) && h("span", { class: "url" }, `thumbnail ${text(thumbnail)}`),
      link && linkTools(link),
      isPicture && link && !isLocal(link) && h(Picture, { url: link, description: text(caption) || text(name) || NAMES[kind] }),
    ),
    text(caption) && h("figcaption", {}, formatted(text(caption))),
  );
}

/**
 * Opens or copies an address that a message names, when it is asked to.
 * @param {string} url
 */
export function linkTools(url) {
  return h(
    "span",
    { class: "link-tools" },
    isWeb(url) && h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, "Open"),
    button("Copy link", { class: "quiet" }, () => copy("Link", url)),
  );
}

/**
 * Only these are worth a click: a `javascript:` address is a text like any other.
 * @param {string} url
 */
function isWeb(url) {
  try {
    return ["http:", "https:"].includes(new URL(url).protocol);
  } catch {
    return false;
  }
}

/** @param {string} url */
function fileName(url) {
  try {
    return decodeURIComponent(new URL(url).pathname.split("/").at(-1) ?? "");
  } catch {
    return "";
  }
}

/**
 * A place: texts or numbers, under the names of either generation.
 * @param {any} value
 */
export function locationOf(value) {
  const { lat, long, latitude, longitude, name, address, url } = object(value);
  const at = [lat ?? latitude, long ?? longitude].map(text).filter(Boolean).join(", ");
  return h(
    "figure",
    { class: "media place" },
    h("div", { class: "map", "aria-hidden": "true" }, icon("location")),
    h(
      "figcaption",
      {},
      text(name) && h("strong", {}, text(name)),
      text(address) && h("span", {}, text(address)),
      h("span", { class: "url" }, at || text(url) || "a place"),
      text(url) && linkTools(text(url)),
    ),
  );
}

/**
 * WhatsApp contacts: one or several.
 * @param {any} value
 */
export function contactCards(value) {
  return [value]
    .flat()
    .filter((one) => one && typeof one === "object")
    .map((contact) => {
      const name = object(contact.name);
      const title = text(name.formatted_name) || [name.first_name, name.last_name].map(text).join(" ").trim() || "Contact";
      const lines = [
        text(object(contact.org).company),
        ...list(contact.phones).map((phone) => text(object(phone).phone)),
        ...list(contact.emails).map((email) => text(object(email).email)),
        ...list(contact.urls).map((url) => text(object(url).url)),
      ].filter(Boolean);
      return h(
        "div",
        { class: "person-card" },
        icon("contact"),
        h("strong", {}, title),
        lines.map((line) => h("span", {}, line)),
      );
    });
}
