// The views beside the list.

import { address, go } from "./address.js";
import { button, html } from "./markup.js";

/** @param {string} name */
export function viewHead(name) {
  return html`<header class="aside-head">
    <h2>${name}</h2>
    ${address().view && button("Close", { class: "quiet" }, () => go({ view: "" }))}
  </header>`;
}

/**
 * Shows a view, or the phone if the view is shown already.
 * @param {string} view
 */
export const toggleView = (view) => go({ view: address().view === view ? "" : view });
