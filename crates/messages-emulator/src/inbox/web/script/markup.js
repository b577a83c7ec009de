// Markup. What a message says becomes a text node or an attribute: there is no way from a value to markup here, and the
// page's policy (Trusted Types) forbids one elsewhere.

import { Component, h } from "preact";
import htm from "htm";

/** @typedef {import("preact").ComponentChildren} Children */
/** @typedef {Record<string, any>} Attributes */

/** @type {(strings: TemplateStringsArray, ...values: any[]) => import("preact").VNode<any>} */
export const html = /** @type {any} */ (htm.bind(/** @type {any} */ (h)));

/**
 * A component that is drawn again only when one of its properties is another value.
 * @template Properties
 * @param {(properties: Properties) => Children} draw
 * @returns {import("preact").ComponentType<Properties>}
 */
export function memo(draw) {
  return class extends Component {
    /** @param {any} next */
    shouldComponentUpdate(next) {
      const now = /** @type {any} */ (this.props);
      return Object.keys({ ...now, ...next }).some((name) => now[name] !== next[name]);
    }

    /** @param {any} properties */
    render(properties) {
      return draw(properties);
    }
  };
}

/**
 * A button of type `button`.
 * @param {Children} label
 * @param {Attributes} attributes
 * @param {(event: any) => unknown} onclick
 */
export function button(label, attributes, onclick) {
  return html`<button type="button" onclick=${onclick} ...${attributes}>${label}</button>`;
}

/**
 * A button that shows a picture; its name is for screen readers and the tooltip.
 * @param {string} name
 * @param {string} picture
 * @param {Attributes} attributes
 * @param {(event: any) => unknown} onclick
 */
export function iconButton(name, picture, attributes, onclick) {
  return button(icon(picture), { class: "icon", "aria-label": name, title: name, ...attributes }, onclick);
}

/**
 * A picture of 24 by 24, drawn with lines in the colour of the text around it.
 * @param {string} name
 */
export function icon(name) {
  return html`<svg class="drawing" viewBox="0 0 24 24" aria-hidden="true"><path d=${ICONS[name]} /></svg>`;
}

/** @type {Record<string, string>} */
const ICONS = {
  audio: "M9 18V6l10-2v12M9 18a3 3 0 1 1-3-3 3 3 0 0 1 3 3zm10-2a3 3 0 1 1-3-3 3 3 0 0 1 3 3z",
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  bolt: "M13 3L5 14h6l-1 7 9-12h-7z",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v4M16 3v4",
  contact: "M12 12a4 4 0 1 0-4-4 4 4 0 0 0 4 4zm-8 9a8 8 0 0 1 16 0",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  dark: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  file: "M14 3H6v18h12V7zM14 3v4h4M9 13h6M9 17h6",
  gear: "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h3M11 12h9M9 10v4",
  help: "M9.2 9a3 3 0 1 1 4.2 2.8c-1 .5-1.4 1-1.4 2.2M12 17.5v.01M12 21a9 9 0 1 0-9-9 9 9 0 0 0 9 9z",
  history: "M12 7v5l3 2M4 12a8 8 0 1 0 2.5-5.8L4 8.5M4 4v4.5h4.5",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5v.01",
  light:
    "M12 16a4 4 0 1 0-4-4 4 4 0 0 0 4 4zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M5 19l1.4-1.4M17.6 6.4L19 5",
  location: "M12 21s7-6.4 7-11.5a7 7 0 0 0-14 0C5 14.6 12 21 12 21zm0-9a2.5 2.5 0 1 0-2.5-2.5A2.5 2.5 0 0 0 12 12z",
  open: "M13 4h7v7M20 4l-9 9M18 14v6H4V6h6",
  phone: "M6 3h4l2 5-2.5 1.5a11 11 0 0 0 5 5L16 12l5 2v4a2 2 0 0 1-2 2A15 15 0 0 1 4 5a2 2 0 0 1 2-2z",
  plus: "M12 5v14M5 12h14",
  quote: "M10 8L5 12l5 4v-3c5 0 7 1 9 4-.5-5-3.5-8-9-8z",
  react: "M12 21a9 9 0 1 0-9-9 9 9 0 0 0 9 9zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5v.01M15 9.5v.01",
  read: "M2 13l4 4L15 7M10.5 15l2 2L22 7",
  search: "M11 18a7 7 0 1 0-7-7 7 7 0 0 0 7 7zM20 20l-4-4",
  share: "M12 15V4M8 7l4-4 4 4M6 11H4v9h16v-9h-2",
  send: "M4 12L3 4l18 8-18 8 1-8zm0 0h8",
  sticker: "M13 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v8zm0 0v-6a2 2 0 0 1 2-2h6",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  video: "M3 6h12v12H3zM15 10l6-3v10l-6-3",
};
