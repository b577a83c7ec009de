// Filters of the list: words, a channel, a state.

import { useEffect, useRef, useState } from "preact/hooks";

import { go } from "../address.js";
import { CHANNELS } from "../channels.js";
import { counted } from "../format.js";
import { button, html } from "../markup.js";
import { clearAll } from "../remove.js";
import { useStore } from "../store.js";
import { moveCursor, startOver } from "./conversations.js";

/** The pause after the last keystroke, in milliseconds, before the list is asked for. */
const TYPING_MS = 180;

export function Search() {
  const { q } = useStore((state) => state.address);
  const [typed, setTyped] = useState(q);
  const field = useRef(/** @type {HTMLInputElement | null} */ (null));
  const waiting = useRef(/** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined));
  useEffect(() => {
    if (document.activeElement !== field.current || !q) setTyped(q);
  }, [q]);
  /** @param {Event} event */
  const input = (event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.currentTarget);
    setTyped(value);
    clearTimeout(waiting.current);
    waiting.current = setTimeout(() => go({ q: value }, { replace: true }), TYPING_MS);
  };
  /** @param {KeyboardEvent} event */
  const keydown = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    moveCursor(0);
  };
  return html`<label class="search">
    <span class="unseen">Search messages</span>
    <input
      id="search"
      type="search"
      placeholder="Search texts, numbers, ids   /"
      autocomplete="off"
      spellcheck="false"
      ref=${field}
      value=${typed}
      oninput=${input}
      onkeydown=${keydown}
    />
  </label>`;
}

export function Filters() {
  const { channel, status } = useStore((state) => state.address);
  const total = useStore((state) => state.list.total);
  // Above the rows, so that it never comes between the pointer and one of them.
  const arrived = useStore((state) => state.list.arrived);
  /** @param {Event} event */
  const chosen = (event) => /** @type {HTMLInputElement} */ (event.currentTarget).value;
  const choices = [["", "All"], ...Object.entries(CHANNELS).map(([key, { name }]) => [key, name])];
  return html`<fieldset id="channels">
      <legend class="unseen">Channel</legend>
      ${choices.map(
        ([key, name]) =>
          html`<label key=${key} class="choice">
            <input
              type="radio"
              name="channel"
              value=${key}
              checked=${key === channel}
              onchange=${(/** @type {Event} */ event) => go({ channel: chosen(event) }, { replace: true })}
            />
            <span data-channel=${key}>${name}</span>
          </label>`,
      )}
    </fieldset>
    <div class="tally">
      <span id="count" hidden=${arrived > 0}>${total === null ? "" : counted(total, "conversation")}</span>
      <button id="arrived" type="button" hidden=${arrived === 0} onclick=${() => void startOver()}>
        ↑ ${counted(arrived, "new message")}
      </button>
      ${total !== null && total > 0 && button("Clear", { id: "clear", class: "quiet", title: "Remove all messages (X)" }, clearAll)}
      <label>
        <span class="unseen">State</span>
        <select
          id="status"
          value=${status}
          onchange=${(/** @type {Event} */ event) => go({ status: chosen(event) }, { replace: true })}
        >
          <option value="">any state</option>
          <optgroup label="has got as far as">
            ${["submitted", "delivered", "read"].map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
          </optgroup>
          <optgroup label="has failed">
            ${["rejected", "undeliverable"].map((name) => html`<option key=${name} value=${name}>${name}</option>`)}
          </optgroup>
        </select>
      </label>
    </div>`;
}
