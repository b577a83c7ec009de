// What stands where nothing is: always with the next step.

import { address, go } from "./address.js";
import { button, byId, h } from "./dom.js";
import { copyButton } from "./copy.js";

const FIRST_MESSAGE = {
  channel: "sms",
  message_type: "text",
  from: "447700900001",
  to: "447700900000",
  text: "Your table is free at 8",
};

const credentials = '-u "${VONAGE_API_KEY:-emulator}:${VONAGE_API_SECRET:-emulator-secret}"';

function commands() {
  return [
    [
      "curl",
      `curl ${credentials} -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(FIRST_MESSAGE)}' \\\n  ${location.origin}/v1/messages`,
    ],
    [
      "messages",
      `messages send sms --endpoint ${location.origin} \\\n  --from 447700900001 --to 447700900000 --text 'Your table is free at 8'`,
    ],
  ];
}

const hasFilter = ({ q, channel, status } = address()) => Boolean(q.trim() || channel || status);

function clearFilters() {
  byId("search").value = "";
  byId("status").value = "";
  go({ q: "", channel: "", status: "" });
}

let state = "";

/** In place of the list. */
export function showEmptyList(isEmpty) {
  const next = !isEmpty ? "" : hasFilter() ? `nothing ${JSON.stringify(address())}` : "new";
  if (next === state) return;
  state = next;
  const place = byId("list-empty");
  place.hidden = !isEmpty;
  if (!isEmpty) place.replaceChildren();
  else if (hasFilter()) place.replaceChildren(...nothingFound());
  else place.replaceChildren(...nothingYet());
}

function nothingFound() {
  const { q, channel, status } = address();
  const conditions = [q.trim() && `“${q.trim()}”`, channel, status].filter(Boolean).join(" · ");
  return [
    h("h2", {}, "Nothing matches"),
    h("p", {}, conditions),
    h("p", {}, "The search looks at texts, numbers, ids, client references and the beginning of uuids."),
    button("Show everything", { class: "primary" }, clearFilters),
  ];
}

function nothingYet() {
  return [
    h("h2", {}, "No messages yet"),
    h(
      "p",
      {},
      "Point your application at ",
      h("code", {}, location.origin),
      " and send one, or try it from a shell. It appears here by itself.",
    ),
    ...commands().map(([name, command]) =>
      h(
        "figure",
        { class: "command" },
        h(
          "figcaption",
          {},
          name,
          copyButton("Copy", "Command", () => command),
        ),
        h("pre", { tabindex: "0" }, command),
      ),
    ),
  ];
}

/** In place of a conversation. */
export function chooseConversation() {
  return h(
    "div",
    { class: "hint" },
    h("h2", {}, "Choose a conversation"),
    h(
      "p",
      {},
      "You see it as the person does, on their phone: answer, tap a suggestion, react, share a place. Your application receives it as a signed webhook.",
    ),
    h(
      "p",
      {},
      h("kbd", {}, "j"),
      " ",
      h("kbd", {}, "k"),
      " move · ",
      h("kbd", {}, "Enter"),
      " opens · ",
      h("kbd", {}, "/"),
      " searches · ",
      h("kbd", {}, "?"),
      " shows all keys",
    ),
  );
}

/** In place of a conversation that is not there any more. */
export function unknownConversation() {
  return h(
    "div",
    { class: "hint" },
    h("h2", {}, "This conversation is gone"),
    h("p", {}, "The emulator was reset or restarted, or has forgotten its oldest messages."),
    button("Back to the list", { class: "primary" }, () => go({ conversation: "", message: "" })),
  );
}
