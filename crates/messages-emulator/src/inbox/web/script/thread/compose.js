// The field in which the person writes, and what else their channel lets them send.

import { channel, preview } from "../channels.js";
import { ask } from "../dialog.js";
import { html, icon, iconButton } from "../markup.js";
import { useStore } from "../store.js";
import { draftOf, setDraft } from "./messages.js";
import { quote, say, sendContacts, sendPicture, sendPlace, sendSticker } from "./person.js";

/** @import { Conversation } from "../types.js" */
/** @import { Field } from "../dialog.js" */

/** @type {Field[]} */
const PLACE = [
  { name: "lat", label: "Latitude", value: "51.522958", type: "number", min: -90, max: 90 },
  { name: "long", label: "Longitude", value: "-0.085436", type: "number", min: -180, max: 180 },
  { name: "name", label: "Name", value: "", optional: true },
];
/**
 * @param {string} value
 * @returns {Field[]}
 */
const file = (value) => [{ name: "url", label: "Address of the file", value, type: "url" }];
/** @type {Field} */
const CAPTION = { name: "caption", label: "Caption", value: "", optional: true };
/** @type {Field[]} */
const CONTACT = [
  { name: "name", label: "Name", value: "Jane Smith" },
  { name: "phone", label: "Phone", value: "447700900002" },
];

/**
 * What can be sent besides a text, by message type; `send` gets what was filled in.
 * @type {Record<string, {
 *   name: string,
 *   icon: string,
 *   fields: (channel: string) => Field[],
 *   send: (filled: Record<string, string>, channel: string) => unknown,
 * }>}
 */
const EXTRAS = {
  location: {
    name: "Send a location",
    icon: "location",
    fields: () => PLACE,
    send: ({ lat, long, name }, key) =>
      sendPlace({ lat: Number(lat), long: Number(long), ...(key === "whatsapp" && name && { name }) }),
  },
  image: {
    name: "Send a photo",
    icon: "image",
    fields: (key) => [...file("https://example.com/photo.jpg"), ...(key === "mms" ? [CAPTION] : [])],
    send: ({ url, caption }) => sendPicture({ url, ...(caption && { caption }) }),
  },
  sticker: {
    name: "Send a sticker",
    icon: "sticker",
    fields: () => file("https://example.com/sticker.webp"),
    send: ({ url }) => sendSticker(url),
  },
  contacts: {
    name: "Send a contact",
    icon: "contact",
    fields: () => CONTACT,
    send: ({ name, phone }) => sendContacts([{ name: { formatted_name: name }, phones: [{ phone, type: "CELL" }] }]),
  },
};

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
        if (filled) await extra.send(filled, key);
      }),
    );
}
