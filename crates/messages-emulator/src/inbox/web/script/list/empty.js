// Hints in place of a list without rows, each with the next step.

import { address, go } from "../address.js";
import { fillWithExamples, openNewMessage } from "../begin.js";
import { copyButton } from "../copy.js";
import { button, html } from "../markup.js";

const FIRST_MESSAGE = {
  channel: "sms",
  message_type: "text",
  from: "447700900001",
  to: "447700900000",
  text: "Your table is free at 8",
};

const credentials = '-u "${VONAGE_API_KEY:-emulator}:${VONAGE_API_SECRET:-emulator-secret}"';

const commands = () => [
  [
    "messages",
    `messages send sms --emulator --endpoint ${location.origin} \\\n  --from 447700900001 --to 447700900000 --text 'Your table is free at 8'`,
  ],
  [
    "curl",
    `curl ${credentials} -H 'Content-Type: application/json' \\\n  -d '${JSON.stringify(FIRST_MESSAGE)}' \\\n  ${location.origin}/v1/messages`,
  ],
];

/** @param {{ isEmpty: boolean }} properties */
export function EmptyList({ isEmpty }) {
  const { q, channel, status } = address();
  if (!isEmpty) return html`<div id="list-empty" class="hint" hidden></div>`;
  const conditions = [q.trim() && `“${q.trim()}”`, channel, status].filter(Boolean);
  return html`<div id="list-empty" class="hint">${conditions.length > 0 ? nothingFound(conditions) : nothingYet()}</div>`;
}

/** @param {string[]} conditions */
function nothingFound(conditions) {
  return html`<h2>Nothing matches</h2>
    <p>${conditions.join(" · ")}</p>
    <p>The search looks at texts, numbers, ids, client references and the beginning of uuids.</p>
    ${button("Show everything", { class: "primary" }, () => go({ q: "", channel: "", status: "" }))}`;
}

function nothingYet() {
  return html`<h2>No messages yet</h2>
    <p>
      Point your application at <code>${location.origin}</code> and send one, or try it from a shell. It appears here by itself.
    </p>
    ${commands().map(
      ([name, command]) =>
        html`<figure key=${name} class="command">
          <figcaption>${name}${copyButton("Copy", "Command", () => command)}</figcaption>
          <pre tabindex="0">${command}</pre>
        </figure>`,
    )}
    <p class="row-tools">
      ${button("Setup", {}, () => go({ view: "setup" }))} ${button("New message from a user", {}, openNewMessage)}
      ${button("Fill with examples", {}, fillWithExamples)}
    </p>`;
}
