// The field in which the person writes, and what else their channel lets them send.

import { channel, preview } from "../channels.js";
import { ask } from "../dialog.js";
import { html, icon, iconButton } from "../markup.js";
import { useStore } from "../store.js";
import { EXTRAS } from "./extras.js";
import { draftOf, setDraft } from "./messages.js";
import { quote, say, send } from "./person.js";

/** @import { Conversation } from "../types.js" */

/** @param {{ conversation: Conversation }} properties */
export function Composer({ conversation }) {
  const { channel: key } = conversation;
  const { text, quoted } = useStore(() => draftOf(conversation));
  const { can, name } = channel(key);
  if (can.length === 0) return html`<p id="no-reply">${name} has no inbound messages in this API.</p>`;
  /** @param {Event} event */
  const submit = (event) => {
    event.preventDefault();
    void say();
  };
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  };
  /** @param {Event} event */
  const input = (event) => setDraft(conversation, { text: /** @type {HTMLTextAreaElement} */ (event.currentTarget).value });
  return html`<form id="reply" onsubmit=${submit}>
    <div id="quoted" hidden=${!quoted}>
      <span id="quoted-text">${quoted && preview(quoted)}</span>
      ${iconButton("Do not answer this message", "close", { id: "unquote" }, () => quote(null))}
    </div>
    <div class="write">
      <span id="extras">${extras(key)}</span>
      <label class="field">
        <span class="unseen">Answer as the person</span>
        <textarea
          id="text"
          rows="1"
          placeholder="Answer as the person"
          autocomplete="off"
          dir="auto"
          value=${text}
          oninput=${input}
          onkeydown=${keydown}
        ></textarea>
      </label>
      <button class="send" aria-label="Send" title="Send (Enter)">${icon("send")}</button>
    </div>
  </form>`;
}

/** @param {string} key */
function extras(key) {
  const { can } = channel(key);
  return Object.entries(EXTRAS)
    .filter(([type]) => can.includes(type))
    .map(([type, extra]) =>
      iconButton(extra.name, extra.icon, { key: type, "data-sends": type }, async () => {
        const filled = await ask(extra.name, extra.fields(key));
        if (filled) await send(type, extra.content(filled, key));
      }),
    );
}
