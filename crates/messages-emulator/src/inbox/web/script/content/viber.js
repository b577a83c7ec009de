// Viber: a message can carry one button that opens a page.

import { h } from "preact";

import { notice } from "../notice.js";
import { object, text } from "../values.js";
import { linkTools } from "./media.js";
import { buttons, tapTarget } from "./whatsapp.js";

/**
 * The page is not opened by a tap here, and the application is not told of it, as on a real phone.
 * @param {any} content
 */
export function viberAction(content) {
  const { text: label, url } = object(object(content.viber_service).action);
  if (!text(label) && !text(url)) return null;
  return h(
    "div",
    { class: "viber-action" },
    buttons([
      tapTarget(text(label), `Opens ${text(url)}`, () => notice(`On the phone this opens ${text(url)}`, { key: "tap" })),
    ]),
    h("p", { class: "payload" }, text(url)),
    text(url) && linkTools(text(url)),
  );
}
