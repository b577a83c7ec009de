// A failover or workflow, step by step.

import { go } from "./address.js";
import * as api from "./api.js";
import { channel } from "./channels.js";
import { h } from "./dom.js";
import { counted } from "./format.js";
import { attempt } from "./notice.js";

export function stepsOf({ steps = [], message_uuid: uuid }) {
  if (steps.length === 0) return null;
  return h(
    "section",
    { class: "flow", "aria-label": "Failover" },
    h("h3", {}, "Failover"),
    h(
      "ol",
      { class: "steps" },
      steps.map((step, index) => stepItem(step, index, steps, uuid)),
    ),
  );
}

function stepItem(step, index, steps, uuid) {
  const { name, short } = channel(step.channel);
  const state = step.status ?? (step.message_uuid ? "taken" : "not sent");
  const isHere = step.message_uuid === uuid;
  const inside = [
    h("span", { class: "avatar", "data-channel": step.channel, "aria-hidden": "true" }, short),
    h("span", { class: "step-name" }, `${index + 1}. ${name}`),
    h("span", { class: `state ${tone(step)}` }, state),
    h("span", { class: "small" }, condition(step, index === steps.length - 1)),
  ];
  return h(
    "li",
    { class: isHere ? "here" : "" },
    step.message_uuid && !isHere
      ? h("button", { type: "button", onclick: () => void openStep(step.message_uuid) }, inside)
      : h("div", { "aria-current": isHere ? "step" : null }, inside),
  );
}

const tone = ({ status }) => (status === "rejected" || status === "undeliverable" ? "bad" : status ? "good" : "");

function condition({ condition: wanted, within_s: within }, isLast) {
  if (wanted) return `has to be ${wanted} within ${counted(within, "second")}`;
  return isLast ? "the last one" : "the next one is sent if this is rejected";
}

/** The steps of a failover lie in different conversations, one a channel. */
async function openStep(uuid) {
  const found = await attempt("The step", () => api.message(uuid));
  if (found) go({ conversation: found.conversation, message: uuid });
}
