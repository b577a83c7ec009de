// To the clipboard.

import { button } from "./markup.js";
import { notice } from "./notice.js";

/**
 * @param {string} what
 * @param {string} words
 */
export async function copy(what, words) {
  try {
    await navigator.clipboard.writeText(words);
    notice(`${what} copied.`, { tone: "good", key: "copy" });
  } catch {
    notice(`The browser does not let the page write to the clipboard.`, { tone: "bad", key: "copy" });
  }
}

/**
 * A button that copies the current result of `words`.
 * @param {string} label
 * @param {string} what
 * @param {() => string} words
 * @param {import("./markup.js").Attributes} [attributes]
 */
export function copyButton(label, what, words, attributes) {
  return button(label, { class: "quiet", ...attributes }, () => copy(what, words()));
}
