// JSON, laid out and coloured.

import { pretty } from "./format.js";
import { html } from "./markup.js";

/** A longer body, in characters, is shown in one colour: a node for each word of a megabyte is too many. */
const COLOURED_MAX = 40_000;
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** @param {string} body */
export function jsonView(body) {
  return html`<pre class="json" tabindex="0">${coloured(pretty(body))}</pre>`;
}

/** @param {string} laidOut */
function coloured(laidOut) {
  if (laidOut.length > COLOURED_MAX) return laidOut;
  const parts = [];
  let end = 0;
  for (const match of laidOut.matchAll(TOKEN)) {
    const [token, string, colon] = match;
    const word = string ?? token;
    parts.push(laidOut.slice(end, match.index));
    parts.push(html`<span class=${colon ? "name" : string ? "string" : "value"}>${word}</span>`);
    end = match.index + word.length;
  }
  parts.push(laidOut.slice(end));
  return parts;
}
