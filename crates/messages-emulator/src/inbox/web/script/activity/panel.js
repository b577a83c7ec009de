// The activity: every request and every webhook attempt, the newest first.

import { resendFailed, webhookTools } from "../again.js";
import { atSecond } from "../format.js";
import { go } from "../address.js";
import * as api from "../api.js";
import { button, html } from "../markup.js";
import { attempt } from "../notice.js";
import { setIn, useStore } from "../store.js";
import { Folded } from "../timeline/panel.js";
import { ACTIVITY, describe, filtered, load, toggleActivity } from "./entries.js";

/** @import { LogEntry } from "../types.js" */

/** @type {["" | "request" | "webhook" | "failed", string][]} */
const FILTERS = [
  ["", "All"],
  ["request", "Requests"],
  ["webhook", "Webhooks"],
  ["failed", "Failed"],
];

export function Activity() {
  const { entries, filter, waiting } = useStore((state) => state.activity);
  const shown = filtered(entries, filter);
  return html`<section id="activity" aria-label="Activity">
    <header class="aside-head">
      <h2>Activity</h2>
      ${waiting > 0 && button(`↑ ${waiting} new`, { class: "quiet" }, load)}
      ${entries.some((entry) => entry.event === "webhook" && !entry.acknowledged) &&
      button("Post all failed again", { class: "quiet", id: "resend-failed" }, () => resendFailed({}))}
      ${button("Close", { class: "quiet" }, toggleActivity)}
    </header>
    <div class="activity-filters" role="group" aria-label="Show">
      ${FILTERS.map(([key, name]) =>
        button(name, { key, "aria-pressed": String(key === filter) }, () => setIn("activity", { filter: key })),
      )}
    </div>
    <ol class="events" tabindex="0" aria-label="Requests and webhooks" onpointerleave=${() => waiting > 0 && void load()}>
      ${shown.map((entry) => html`<${Entry} key=${entry.number} entry=${entry} />`)}
    </ol>
    ${shown.length === 0 && html`<p class="hint">Nothing yet. Every request and every webhook appears here as it happens.</p>`}
  </section>`;
}

/** The button in the head of the page, with the number of failures that were not looked at. */
export function ActivityButton() {
  const isOpen = useStore((state) => state.address.view === ACTIVITY);
  const failures = useStore((state) => state.activity.failures);
  return html`<button id="activity-button" type="button" title="Activity (a)" aria-pressed=${String(isOpen)} onclick=${toggleActivity}>
    Activity${failures > 0 && html`<span class="failures" aria-label=${`, ${failures} failed`}>${failures}</span>`}
  </button>`;
}

/** @param {{ entry: LogEntry }} properties */
function Entry({ entry }) {
  const { tone, title, notes, next } = /** @type {ReturnType<typeof describe> & { next?: string }} */ (describe(entry));
  const { at, message_uuid: uuid, body, response_body: response } = entry;
  return html`<li class=${`event ${tone}`}>
    <div class="event-head"><strong>${title}</strong><time datetime=${at}>${atSecond(at)}</time></div>
    <p class="small">${notes.join(" · ")}${next && ` · next attempt at ${atSecond(next)}`}</p>
    ${body && html`<${Folded} label="Sent" body=${body} />`}
    ${response && html`<${Folded} label="Response" body=${response} />`}
    <div class="event-tools">
      ${entry.webhook_id !== undefined && webhookTools(entry.webhook_id)}
      ${uuid && button("Open the message", { class: "quiet" }, () => openMessage(uuid))}
    </div>
  </li>`;
}

/** @param {string} uuid */
async function openMessage(uuid) {
  const found = await attempt("The message", () => api.message(uuid));
  if (found) go({ view: "", conversation: found.conversation, message: uuid, at: "" });
}
