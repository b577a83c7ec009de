// JSON, laid out and coloured.

import { h } from "./dom.js";
import { pretty } from "./format.js";

/** A body longer than this is shown in one colour: a node for each word of a megabyte is too many. */
const COLOURED_MAX = 40_000;
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export function jsonView(body) {
  const laidOut = pretty(body);
  const shown = h("pre", { class: "json", tabindex: "0" });
  if (laidOut.length > COLOURED_MAX) {
    shown.append(laidOut);
    return shown;
  }
  let end = 0;
  for (const match of laidOut.matchAll(TOKEN)) {
    const [token, string, colon] = match;
    shown.append(laidOut.slice(end, match.index));
    const word = string ?? token;
    shown.append(h("span", { class: colon ? "name" : string ? "string" : "value" }, word));
    end = match.index + word.length;
  }
  shown.append(laidOut.slice(end));
  return shown;
}
