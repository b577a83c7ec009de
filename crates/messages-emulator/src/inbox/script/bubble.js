// One message on the phone, with what can be done about it.

import { address, go } from "./address.js";
import { reportsRead, channel, preview } from "./channels.js";
import { contentOf } from "./content.js";
import { h, iconButton } from "./dom.js";
import { atClock, counted } from "./format.js";
import { hasFailed, mark } from "./mark.js";
import { markRead, quote, react } from "./person.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "🙏"];

/** Two bubbles with the same key look the same. */
export function bubbleKey(message, reactions, quoted) {
  return JSON.stringify([message, reactions, quoted?.message_uuid]);
}

export function makeBubble(message, reactions, quoted) {
  const isPerson = message.direction === "inbound";
  const classes = [
    "bubble",
    isPerson ? "person" : "application",
    hasFailed(message) && "failed",
    !isPerson && !message.status && "pending",
  ];
  const speaker = isPerson ? "The person" : "The application";
  return h(
    "li",
    {
      class: classes.filter(Boolean).join(" "),
      tabindex: "-1",
      "data-uuid": message.message_uuid,
      "data-type": message.message_type,
      "aria-label": `${speaker}, ${atClock(message.at)}: ${message.revoked ? "taken back" : preview(message)}`,
    },
    hasFailed(message) && h("p", { class: "not-there" }, "Not on the phone"),
    h(
      "div",
      { class: "box" },
      quoted && h("blockquote", {}, preview(quoted)),
      message.revoked ? h("p", { class: "revoked" }, "This message was taken back.") : contentOf(message),
    ),
    reactions.length > 0 && h("p", { class: "reactions", "aria-label": "Reactions" }, reactions.join(" ")),
    foot(message),
  );
}

function foot(message) {
  const { sign, tone, words } = mark(message);
  return h(
    "div",
    { class: "foot" },
    h("time", { datetime: message.at }, atClock(message.at)),
    words && h("span", { class: `mark ${tone}` }, `${words} ${sign}`),
    message.sms_segments > 1 && h("span", {}, counted(message.sms_segments, "segment")),
    message.failover &&
      h(
        "button",
        { type: "button", class: "step", onclick: () => toggleTimeline(message) },
        `step ${message.failover.step} of ${message.failover.of}`,
      ),
    h("span", { class: "tools" }, tools(message)),
  );
}

function tools(message) {
  const can = channel(message.channel).can;
  const isArrived = message.direction === "outbound" && !hasFailed(message) && !message.revoked;
  return [
    iconButton("Timeline", "history", { "data-does": "timeline" }, () => toggleTimeline(message)),
    isArrived && can.includes("reaction") && reactionMenu(message),
    isArrived &&
      can.includes("context") &&
      iconButton("Answer this message", "quote", { "data-does": "quote" }, () => quote(message)),
    isArrived &&
      reportsRead(message.channel) &&
      message.status !== "read" &&
      iconButton("Mark as read by the person", "read", { "data-does": "read" }, () => markRead(message)),
  ];
}

function reactionMenu(message) {
  const emoji = EMOJI.map((one) =>
    h("button", { type: "button", "aria-label": `React with ${one}`, onclick: () => react(message, one) }, one),
  );
  const none = h(
    "button",
    { type: "button", "aria-label": "Take the reaction back", onclick: () => react(message, null) },
    "×",
  );
  const choices = h("span", { class: "choices", hidden: true }, emoji, none);
  const opener = iconButton("React", "react", { "data-does": "react", "aria-expanded": "false" }, () => {
    choices.hidden = !choices.hidden;
    opener.setAttribute("aria-expanded", String(!choices.hidden));
    if (!choices.hidden) choices.firstElementChild.focus();
  });
  return h("span", { class: "menu" }, opener, choices);
}

export function toggleTimeline(message) {
  go({ message: address().message === message.message_uuid ? "" : message.message_uuid });
}
