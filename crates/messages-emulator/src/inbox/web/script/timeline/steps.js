// A failover, a workflow or the run of a journey, step by step.

import { go } from "../address.js";
import * as api from "../api.js";
import { channel } from "../channels.js";
import { counted } from "../format.js";
import { button, html } from "../markup.js";
import { attempt } from "../notice.js";

/** @import { MessageDetail, Step } from "../types.js" */

/** @param {{ message: MessageDetail }} properties */
export function Steps({ message: { steps = [], message_uuid: uuid, run } }) {
  if (steps.length === 0) return null;
  const name = run ? "Journey" : "Failover";
  return html`<section class="flow" aria-label=${name}>
    <h3>${name}</h3>
    <ol class="steps">
      ${steps.map((step, index) => stepItem(step, run ? "" : condition(step, index === steps.length - 1), index, uuid))}
    </ol>
  </section>`;
}

/**
 * @param {Step} step
 * @param {string} note
 * @param {number} index
 * @param {string} shown
 */
function stepItem(step, note, index, shown) {
  const { name, short } = channel(step.channel);
  const { message_uuid: uuid, status } = step;
  const isHere = uuid === shown;
  const tone = status === "rejected" || status === "undeliverable" ? "bad" : status ? "good" : "";
  const inside = html`<span class="avatar" data-channel=${step.channel} aria-hidden="true">${short}</span>
    <span class="step-name">${index + 1}. ${name}</span>
    <span class=${`state ${tone}`}>${status ?? (uuid ? "accepted" : "not sent")}</span>
    <span class="small">${note}</span>`;
  return html`<li key=${index} class=${isHere ? "here" : ""}>
    ${uuid && !isHere
      ? button(inside, {}, () => openStep(uuid))
      : html`<div aria-current=${isHere ? "step" : null}>${inside}</div>`}
  </li>`;
}

/**
 * @param {Step} step
 * @param {boolean} isLast
 */
function condition({ condition: wanted, within_s: within }, isLast) {
  if (wanted && within !== undefined) return `has to be ${wanted} within ${counted(within, "second")}`;
  return isLast ? "the last one" : "the next one is sent if this is rejected";
}

/**
 * Opens a step where it is shown: each channel has its own conversation.
 * @param {string} uuid
 */
async function openStep(uuid) {
  const found = await attempt("The step", () => api.message(uuid));
  if (found) go({ conversation: found.conversation, message: uuid, at: "" });
}
