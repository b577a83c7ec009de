// The HTML of an e-mail, in a frame that can neither run a script, nor fetch, nor navigate, nor reach the page.

import { useState } from "preact/hooks";

import { mailUrl } from "../api.js";
import { Dialog, closeDialog, openDialog } from "../dialog.js";
import { button, html } from "../markup.js";

/** @param {{ uuid: string, part: number, subject: string }} properties */
export function Mail({ uuid, part, subject }) {
  const [hasPictures, setPictures] = useState(false);
  const frame = () => html`<iframe
    class="mail"
    title=${`Mail: ${subject || "no subject"}`}
    sandbox=""
    referrerpolicy="no-referrer"
    loading="lazy"
    src=${mailUrl(uuid, part, hasPictures)}
  />`;
  const enlarge = () =>
    openDialog(
      () =>
        html`<${Dialog} name="mail-large" title=${subject || "Mail"}>
          ${frame()}
          <div class="ends">${button("Close", { class: "primary", autofocus: true }, closeDialog)}</div>
        <//>`,
    );
  return html`${frame()}
    <p class="mail-tools">
      ${!hasPictures &&
      button("Load remote pictures", { class: "quiet" }, () => setPictures(true))}${button("Enlarge", { class: "quiet" }, enlarge)}
    </p>`;
}
