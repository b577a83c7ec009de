// To the clipboard.

import { button } from "./dom.js";
import { notice } from "./notice.js";

export async function copy(what, words) {
  try {
    await navigator.clipboard.writeText(words);
    notice(`${what} copied.`, { tone: "good", key: "copy" });
  } catch {
    notice(`The browser does not let the page write to the clipboard.`, { tone: "bad", key: "copy" });
  }
}

/** A button that copies what `words()` says at that moment. */
export function copyButton(label, what, words, attributes) {
  return button(label, { class: "quiet", ...attributes }, () => copy(what, words()));
}
