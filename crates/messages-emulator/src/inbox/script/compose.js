// Where the person writes, with what else their channel lets them send.

import { ask } from "./ask.js";
import { channel } from "./channels.js";
import { byId, iconButton } from "./dom.js";
import { quote, say, sendContacts, sendPicture, sendPlace, sendSticker } from "./person.js";

const PLACE = [
  { name: "lat", label: "Latitude", value: "51.522958", type: "number", min: -90, max: 90 },
  { name: "long", label: "Longitude", value: "-0.085436", type: "number", min: -180, max: 180 },
  { name: "name", label: "Name", value: "", optional: true },
];
const picture = (value) => [{ name: "url", label: "Address of the file", value, type: "url" }];
const CAPTION = { name: "caption", label: "Caption", value: "", optional: true };
const CONTACT = [
  { name: "name", label: "Name", value: "Jane Smith" },
  { name: "phone", label: "Phone", value: "447700900002" },
];

/** What can be sent besides a text; `send` gets what was filled in. */
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
    fields: (key) => [...picture("https://example.com/photo.jpg"), ...(key === "mms" ? [CAPTION] : [])],
    send: ({ url, caption }) => sendPicture({ url, ...(caption && { caption }) }),
  },
  sticker: {
    name: "Send a sticker",
    icon: "sticker",
    fields: () => picture("https://example.com/sticker.webp"),
    send: ({ url }) => sendSticker(url),
  },
  contacts: {
    name: "Send a contact",
    icon: "contact",
    fields: () => CONTACT,
    send: ({ name, phone }) => sendContacts([{ name: { formatted_name: name }, phones: [{ phone, type: "CELL" }] }]),
  },
};

export function startComposer() {
  const field = byId("text");
  byId("reply").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit();
  });
  byId("unquote").addEventListener("click", () => quote(null));
}

function submit() {
  const field = byId("text");
  if (!field.value.trim()) return;
  void say(field.value);
  field.value = "";
}

export function showComposer(conversation) {
  const key = conversation.channel;
  const { can, name } = channel(key);
  quote(null);
  byId("text").value = "";
  byId("reply").hidden = can.length === 0;
  byId("no-reply").hidden = can.length > 0;
  byId("no-reply").textContent = `${name} has no inbound messages in this API.`;
  const extras = Object.entries(EXTRAS).filter(([type]) => can.includes(type));
  byId("extras").replaceChildren(
    ...extras.map(([type, extra]) =>
      iconButton(extra.name, extra.icon, { "data-sends": type }, async () => {
        const filled = await ask(extra.name, extra.fields(key));
        if (filled) await extra.send(filled, key);
      }),
    ),
  );
}
