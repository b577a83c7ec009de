// What goes from hand to hand: the whole state as a file, and notices of the browser.

import { useState } from "preact/hooks";

import * as api from "../api.js";
import { closeDialog, Dialog, openDialog } from "../dialog.js";
import { button, html } from "../markup.js";
import { attempt, notice } from "../notice.js";
import { useStore } from "../store.js";
import { setNotifications } from "./notify.js";

export const showHandover = () => openDialog(() => html`<${Handover} />`);

function Handover() {
  const notifies = useStore((state) => state.notifies);
  const [before, setBefore] = useState(/** @type {object | null} */ (null));
  /** @param {Event} event */
  const chosen = async (event) => {
    const field = /** @type {HTMLInputElement} */ (event.currentTarget);
    const file = field.files?.[0];
    if (!file) return;
    const replaced = await attempt("The snapshot was refused", () => load(file));
    field.value = "";
    if (replaced) setBefore(replaced);
  };
  const goBack = async () => {
    const isBack = await attempt("The snapshot was refused", () => api.restore(before ?? {}).then(() => true));
    if (isBack) setBefore(null);
  };
  /** @param {Event} event */
  const switched = (event) => setNotifications(/** @type {HTMLInputElement} */ (event.currentTarget).checked);
  return html`<${Dialog} name="handover" title="Share">
    <h3>Snapshot</h3>
    <p>Messages, conversations and rules as one file, for a colleague, a bug report or a test.</p>
    <p class="choices">
      ${button("Download", { id: "snapshot-down", class: "primary", autofocus: true }, () => attempt("The snapshot", download))}
      <label class="file">
        <span>Restore from a file</span>
        <input id="snapshot-up" type="file" accept="application/json,.json" onchange=${chosen} />
      </label>
      ${before && button("Undo the restore", { id: "snapshot-undo" }, goBack)}
    </p>
    <h3>Links</h3>
    <p>
      <code>${location.origin}/inbox/?message=UUID</code> opens a message, <code>${location.origin}/inbox/latest?to=NUMBER</code> the
      newest one to a recipient.
    </p>
    <h3>Notifications</h3>
    <label class="switch">
      <input id="notify" type="checkbox" checked=${notifies} onchange=${switched} /> new messages, while this page is not in sight
    </label>
    <div class="ends">${button("Close", {}, closeDialog)}</div>
  <//>`;
}

async function download() {
  const snapshot = await api.snapshot();
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(snapshot)], { type: "application/json" }));
  link.download = `inbox-${location.port}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * Restores a snapshot. Returns the state that it has replaced.
 * @param {File} file
 */
async function load(file) {
  const snapshot = JSON.parse(await file.text());
  const before = await api.snapshot();
  await api.restore(snapshot);
  notice("Restored.", { tone: "good", key: "snapshot" });
  return before;
}
