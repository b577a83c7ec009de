// A conversation begun from the page, and examples to look at.

import { useState } from "preact/hooks";

import { go } from "./address.js";
import { sendRequest } from "./again.js";
import * as api from "./api.js";
import { CHANNELS } from "./channels.js";
import { closeDialog, Dialog, FieldInput, openDialog } from "./dialog.js";
import { EXAMPLES } from "./examples.js";
import { startOver } from "./list/conversations.js";
import { button, html } from "./markup.js";
import { attempt, notice } from "./notice.js";
import { EXTRAS } from "./thread/extras.js";
import { tellOf } from "./thread/person.js";

/** @import { Field } from "./dialog.js" */

/** @type {{ name: string, fields: (channel: string) => Field[], content: (filled: Record<string, string>, channel: string) => object }} */
const TEXT = {
  name: "Text",
  fields: () => [{ name: "text", label: "Text", value: "Is there a table free tonight?" }],
  content: ({ text }) => ({ text }),
};

export function openNewMessage() {
  openDialog(() => html`<${NewMessage} />`);
}

function NewMessage() {
  const [channel, setChannel] = useState("sms");
  const [chosen, setType] = useState("text");
  const channels = Object.entries(CHANNELS).filter(([, { can }]) => can.length > 0);
  const types = CHANNELS[channel].can.filter((type) => type === "text" || EXTRAS[type]);
  const type = types.includes(chosen) ? chosen : "text";
  const { fields, content } = EXTRAS[type] ?? TEXT;
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    const filled = Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()]));
    const message = { channel, from: filled.sender, to: filled.recipient, message_type: type, ...content(filled, channel) };
    const posted = await attempt("The message was refused", () => api.inject(message));
    if (!posted) return;
    closeDialog();
    tellOf(posted);
    const detail = await attempt("The message", () => api.message(posted.message_uuid));
    if (detail) go({ view: "", conversation: detail.conversation, message: "", channel: "", status: "", q: "" });
  };
  return html`<${Dialog} name="ask" title="New message from a user">
    <form id="new-message" onsubmit=${submit}>
      <div class="pair">
        ${choice("Channel", channel, setChannel, channels.map(([key, { name }]) => [key, name]))}
        ${choice("Type", type, setType, types.map((one) => [one, EXTRAS[one]?.kind ?? TEXT.name]))}
      </div>
      <${FieldInput} name="sender" label="From (the user)" value="447700900123" />
      <${FieldInput} name="recipient" label="To (your number)" value="447700900001" />
      ${fields(channel).map((field) => html`<${FieldInput} key=${`${type} ${field.name}`} ...${field} />`)}
      <div class="ends">${button("Cancel", {}, closeDialog)}<button class="primary">Send</button></div>
    </form>
  <//>`;
}

/**
 * @param {string} label
 * @param {string} value
 * @param {(value: string) => void} set
 * @param {string[][]} choices
 */
function choice(label, value, set, choices) {
  return html`<label>
    <span>${label}</span>
    <select value=${value} onchange=${(/** @type {any} */ event) => set(event.currentTarget.value)}>
      ${choices.map(([key, name]) => html`<option key=${key} value=${key}>${name}</option>`)}
    </select>
  </label>`;
}

/** Sends a message of each kind worth a look, as the application and as the user. */
export async function fillWithExamples() {
  for (const example of EXAMPLES) {
    const { direction, ...message } = example;
    const done =
      direction === "inbound"
        ? await attempt("An example was refused", () => api.inject(message))
        : await sendRequest("/v1/messages", JSON.stringify(message));
    if (!done) return;
  }
  // The pointer is where the rows appear, which would hold the order.
  await startOver();
  notice("Examples sent.", { tone: "good", key: "request" });
}
