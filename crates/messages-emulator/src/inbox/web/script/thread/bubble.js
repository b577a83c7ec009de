// One message on the phone, with what can be done about it.

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { channel, preview, reportsRead } from "../channels.js";
import { contentOf } from "../content/message.js";
import { segmentsOf } from "../content/segments.js";
import { atClock } from "../format.js";
import { hasFailed, mark } from "../mark.js";
import { button, html, iconButton, memo } from "../markup.js";
import { runOf } from "../timeline/run.js";
import { toggleTimeline } from "./messages.js";
import { markRead, quote, react } from "./person.js";

/** @import { Message } from "../types.js" */

const EMOJI = ["👍", "❤️", "😂", "😮", "🙏"];
const CONTROLS = "button, a, summary, pre, iframe, .carousel";

/**
 * @typedef {object} BubbleProperties
 * @property {Message} message
 * @property {string} reactions
 * @property {Message} [quoted]
 * @property {boolean} isSelected  its timeline is open
 * @property {boolean} isStop  the tab key stops at its controls
 */

export const Bubble = memo(draw);

/** @param {BubbleProperties} properties */
function draw({ message, reactions, quoted, isSelected, isStop }) {
  const element = useRef(/** @type {HTMLElement | null} */ (null));
  // A conversation has more controls than one wants to tab through: those of one message are stops, the arrows do the rest.
  useLayoutEffect(() => {
    for (const control of element.current?.querySelectorAll(CONTROLS) ?? []) {
      /** @type {HTMLElement} */ (control).tabIndex = isStop ? 0 : -1;
    }
  });
  const isPerson = message.direction === "inbound";
  const classes = [
    "bubble",
    isPerson ? "person" : "application",
    hasFailed(message) && "failed",
    !isPerson && !message.status && "pending",
    isSelected && "selected",
  ];
  const speaker = isPerson ? "The person" : "The application";
  return html`<li
    ref=${element}
    class=${classes.filter(Boolean).join(" ")}
    tabindex="-1"
    data-key=${message.message_uuid}
    data-uuid=${message.message_uuid}
    data-type=${message.message_type}
    aria-label=${`${speaker}, ${atClock(message.at)}: ${preview(message)}`}
  >
    ${hasFailed(message) && html`<p class="not-there">Not on the phone</p>`}
    <div class="box">
      ${quoted && html`<blockquote dir="auto">${preview(quoted)}</blockquote>`}
      ${message.revoked ? html`<p class="revoked">This message was taken back.</p>` : contentOf(message)}
    </div>
    ${reactions && html`<p class="reactions" aria-label="Reactions">${reactions}</p>`} ${foot(message)}
  </li>`;
}

/** @param {Message} message */
function foot(message) {
  const { sign, tone, words } = mark(message);
  const { failover } = message;
  const segments = segmentsOf(message);
  const step = failover ? `step ${failover.step} of ${failover.of}` : runStep(message);
  return html`<div class="foot">
    <time datetime=${message.at}>${atClock(message.at)}</time>
    ${words && html`<span class=${`mark ${tone}`}>${words} ${sign}</span>`}
    ${message.webhook_failed &&
    button("⚠ webhook failed", { class: "quiet failing" }, () => toggleTimeline(message))}
    ${segments?.isWorthTelling && html`<span title=${segments.long}>${segments.short}</span>`}
    ${step && button(step, { class: "step" }, () => toggleTimeline(message))}
    <span class="tools">${tools(message)}</span>
  </div>`;
}

/**
 * The place of a message in the run of a journey.
 * @param {Message} message
 */
function runStep(message) {
  const found = runOf(message);
  return found && `message ${found.number} of a journey`;
}

/** @param {Message} message */
function tools(message) {
  const { can } = channel(message.channel);
  const hasArrived = message.direction === "outbound" && !hasFailed(message) && !message.revoked;
  const mayBeRead = hasArrived && reportsRead(message.channel) && message.status !== "read";
  return html`${iconButton("Timeline", "history", { "data-does": "timeline" }, () => toggleTimeline(message))}
  ${hasArrived && can.includes("reaction") && html`<${ReactionMenu} message=${message} />`}
  ${hasArrived &&
  can.includes("context") &&
  iconButton("Answer this message", "quote", { "data-does": "quote" }, () => quote(message))}
  ${mayBeRead && iconButton("Mark as read by the person", "read", { "data-does": "read" }, () => markRead(message))}`;
}

/** @param {{ message: Message }} properties */
function ReactionMenu({ message }) {
  const [isOpen, setOpen] = useState(false);
  const choices = useRef(/** @type {HTMLElement | null} */ (null));
  useLayoutEffect(() => {
    const first = choices.current?.firstElementChild;
    if (isOpen && first instanceof HTMLElement) first.focus();
  }, [isOpen]);
  /** @param {string | null} emoji */
  const choose = (emoji) => {
    setOpen(false);
    void react(message, emoji);
  };
  const attributes = { "data-does": "react", "aria-expanded": String(isOpen) };
  return html`<span class="menu">
    ${iconButton("React", "react", attributes, () => setOpen(!isOpen))}
    <span class="choices" hidden=${!isOpen} ref=${choices}>
      ${EMOJI.map((one) => button(one, { key: one, "aria-label": `React with ${one}` }, () => choose(one)))}
      ${button("×", { "aria-label": "Take the reaction back" }, () => choose(null))}
    </span>
  </span>`;
}
