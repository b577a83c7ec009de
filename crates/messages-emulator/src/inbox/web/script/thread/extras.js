// What a user can send besides a text.

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
 * What can be sent besides a text, by message type; `content` makes the fields of the message.
 * @type {Record<string, {
 *   name: string,
 *   icon: string,
 *   fields: (channel: string) => Field[],
 *   kind: string,
 *   content: (filled: Record<string, string>, channel: string) => object,
 * }>}
 */
export const EXTRAS = {
  location: {
    name: "Send a location",
    icon: "location",
    fields: () => PLACE,
    kind: "Location",
    content: ({ lat, long, name }, key) => ({
      location: { lat: Number(lat), long: Number(long), ...(key === "whatsapp" && name && { name }) },
    }),
  },
  image: {
    name: "Send a photo",
    icon: "image",
    fields: (key) => [...file("https://example.com/photo.jpg"), ...(key === "mms" ? [CAPTION] : [])],
    kind: "Photo",
    content: ({ url, caption }) => ({ image: { url, ...(caption && { caption }) } }),
  },
  sticker: {
    name: "Send a sticker",
    icon: "sticker",
    fields: () => file("https://example.com/sticker.webp"),
    kind: "Sticker",
    content: ({ url }) => ({ sticker: { url } }),
  },
  contacts: {
    name: "Send a contact",
    icon: "contact",
    fields: () => CONTACT,
    kind: "Contact",
    content: ({ name, phone }) => ({ contacts: [{ name: { formatted_name: name }, phones: [{ phone, type: "CELL" }] }] }),
  },
};
