// The emulator that the page is of. Another one on the same port has other messages under the same numbers.

import { get, set } from "./store.js";

/** @import { Draft } from "./types.js" */

const DRAFTS = "drafts";

/** @param {Document} page */
const token = (page) => page.querySelector("meta[name=emulator-token]")?.getAttribute("content");

/** Loads the page anew if another emulator serves it now. What was written but not sent stays. */
export async function watchInstance() {
  const page = await fetch(location.pathname).then((response) => response.text(), () => "");
  const served = page.match(/name="emulator-token" content="([^"]*)"/)?.[1];
  if (!served || served === token(document)) return;
  try {
    sessionStorage.setItem(DRAFTS, JSON.stringify(get().drafts));
  } catch {
    // A browser that stores nothing loses them.
  }
  location.reload();
}

/** The drafts from before the page was loaded anew, for conversations of the same parties. */
export function restoreDrafts() {
  try {
    /** @type {[string, Draft][]} */
    const drafts = Object.entries(JSON.parse(sessionStorage.getItem(DRAFTS) ?? "{}"));
    sessionStorage.removeItem(DRAFTS);
    // A quoted message may not exist any more.
    set({ drafts: Object.fromEntries(drafts.map(([key, { text }]) => [key, { text, quoted: null }])) });
  } catch {
    // A browser that stores nothing has none.
  }
}
