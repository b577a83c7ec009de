// The timeline of a message: the request and its response, its states, each attempt of each webhook, and the steps of a
// failover.

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { editAndSend, webhookTools } from "../again.js";
import { channel, kindName, reportsRead } from "../channels.js";
import { segmentsOf } from "../content/segments.js";
import { copyButton } from "../copy.js";
import { atSecond } from "../format.js";
import { asTest } from "../handover/expectation.js";
import { jsonView } from "../json.js";
import { button, html, iconButton } from "../markup.js";
import { useStore } from "../store.js";
import { setStatus } from "../thread/person.js";
import { asCurl } from "./curl.js";
import { closeTimeline } from "./detail.js";
import { events } from "./events.js";
import { asRust } from "./rust.js";
import { Steps } from "./steps.js";

/** @import { MessageDetail } from "../types.js" */
/** @import { TimelineEvent } from "./events.js" */

export function Timeline() {
  const { uuid, message } = useStore((state) => state.timeline);
  useFocusWhileOpen(uuid, message !== undefined);
  const title = message ? `${channel(message.channel).name} · ${kindName(message.message_type)}` : "Timeline";
  return html`<aside id="timeline" aria-label="Timeline of the message" hidden=${!uuid}>
    <header class="aside-head">
      <h2 id="timeline-title">${title}</h2>
      ${iconButton("Close the timeline", "close", { id: "close-timeline", title: "Close (Esc)" }, closeTimeline)}
    </header>
    <div id="timeline-body" key=${uuid}>${message ? details(message) : message === null && gone()}</div>
  </aside>`;
}

/**
 * Who opens the timeline of a bubble by key reads on in it, and comes back to the bubble at its end.
 * @param {string} uuid
 * @param {boolean} isLoaded
 */
function useFocusWhileOpen(uuid, isLoaded) {
  const opened = useRef("");
  useLayoutEffect(() => {
    const focused = document.activeElement;
    if (uuid && isLoaded && opened.current !== uuid) {
      opened.current = uuid;
      if (focused?.matches(".bubble, .bubble *")) document.getElementById("close-timeline")?.focus();
    } else if (!uuid && opened.current) {
      const bubble = document.querySelector(`.bubble[data-uuid="${CSS.escape(opened.current)}"]`);
      opened.current = "";
      const isFree = focused === document.body || focused?.closest("#timeline");
      if (isFree && bubble instanceof HTMLElement) bubble.focus({ preventScroll: true });
    }
  }, [uuid, isLoaded]);
}

const gone = () =>
  html`<p class="hint">This message is gone: the emulator was reset, or has discarded its oldest messages.</p>`;

/** @param {MessageDetail} message */
function details(message) {
  return html`${facts(message)}
    <${Steps} message=${message} />
    ${message.direction === "outbound" && html`<${Forces} message=${message} />`}
    <h3>What happened</h3>
    <ol class="events">
      ${events(message).map(entry)}
    </ol>
    ${copies(message)}`;
}

/** @param {MessageDetail} message */
function facts(message) {
  const { status, code, price } = message;
  const rows = [
    ["From", message.from],
    ["To", message.to],
    ["Status", status && `${status}${code ? ` · error ${code}` : ""}`],
    ["Reference", message.client_ref],
    ["Segments", segmentsOf(message)?.long],
    ["Price", price && `€ ${price}`],
    ["Workflow", message.failover?.id],
  ].filter(([, value]) => value);
  return html`<dl class="facts">
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
    <dt>UUID</dt>
    <dd class="uuid">${message.message_uuid}${copyButton("Copy", "UUID", () => message.message_uuid)}</dd>
  </dl>`;
}

/** @param {TimelineEvent} event */
function entry({ name, at, tone, title, note, bodies = [], webhook }) {
  return html`<li key=${name} class=${`event ${tone}`}>
    <div class="event-head"><strong>${title}</strong>${at && html`<time datetime=${at}>${atSecond(at)}</time>`}</div>
    ${note && html`<p class="small">${note}</p>`}
    ${bodies.map(([label, body]) => html`<${Folded} key=${label} label=${label} body=${body} />`)}
    ${webhook !== undefined && html`<div class="event-tools">${webhookTools(webhook)}</div>`}
  </li>`;
}

/**
 * A body that is laid out when it is unfolded.
 * @param {{ label: string, body: string }} properties
 */
export function Folded({ label, body }) {
  const [isOpen, setOpen] = useState(false);
  /** @param {Event} event */
  const toggled = (event) => setOpen(/** @type {HTMLDetailsElement} */ (event.currentTarget).open);
  return html`<details ontoggle=${toggled}>
    <summary>${label}</summary>
    ${isOpen && html`<div class="body">${copyButton("Copy", label, () => body)}${jsonView(body)}</div>`}
  </details>`;
}

/** The code of "number barred", a failure that most applications have to handle. */
const USUAL_CODE = 1050;
const UNKNOWN_ERROR = 1330;

/**
 * Brings the message into a state by hand.
 * @param {{ message: MessageDetail }} properties
 */
function Forces({ message }) {
  const [code, setCode] = useState(String(USUAL_CODE));
  const statuses = ["submitted", "delivered", ...(reportsRead(message.channel) ? ["read"] : []), "rejected", "undeliverable"];
  /** @param {string} status */
  const force = (status) => {
    const hasCode = status === "rejected" || status === "undeliverable";
    return setStatus(message, status, hasCode ? Number(code) || UNKNOWN_ERROR : undefined);
  };
  /** @param {Event} event */
  const input = (event) => setCode(/** @type {HTMLInputElement} */ (event.currentTarget).value);
  return html`<details class="forces">
    <summary>Make it …</summary>
    <div class="choices">
      ${statuses.map((status) => button(status, { key: status, "data-status": status }, () => force(status)))}
    </div>
    <label>
      with error code${" "}
      <input id="force-code" type="number" min="1000" max="9999" aria-label="Error code" value=${code} oninput=${input} />
    </label>
  </details>`;
}

/** @param {MessageDetail} shown */
function copies(shown) {
  const message = { ...shown, request: shown.request ?? shown.origin };
  const test = copyButton("Copy as test", "Test", () => asTest(shown), { class: "primary", id: "copy-test" });
  if (!message.request && message.direction !== "inbound") return html`<div class="copies">${test}</div>`;
  return html`<div class="copies">
    ${copyButton("Copy as curl", "Command", () => asCurl(message, location.origin), { class: "primary", id: "copy-curl" })}
    ${button("Send again…", { id: "send-again" }, () => editAndSend(shown))}
    ${copyButton("Copy as Rust", "Rust", () => asRust(message), { class: "primary", id: "copy-rust" })}
    ${test}
  </div>`;
}
