// Dialogues.

import { useEffect, useRef } from "preact/hooks";

import { get, set, useStore } from "./store.js";
import { button, html } from "./markup.js";

/** The open dialogue, if there is one. */
export function OpenDialog() {
  const draw = useStore((state) => state.dialog);
  return draw && draw();
}

/**
 * Opens a dialogue.
 * @param {() => import("preact").VNode} draw
 */
export const openDialog = (draw) => set({ dialog: draw });

export const closeDialog = () => set({ dialog: null });

export const isDialogOpen = () => get().dialog !== null;

/**
 * The frame of a dialogue. The browser keeps the focus within it, and gives it back at the end.
 * @param {{ name: string, title: string, children?: any, onclose?: () => void }} properties
 */
export function Dialog({ name, title, children, onclose = closeDialog }) {
  const element = useRef(/** @type {HTMLDialogElement | null} */ (null));
  useEffect(() => {
    const dialog = /** @type {HTMLDialogElement} */ (element.current);
    dialog.showModal();
    const field = dialog.querySelector("form input");
    if (field instanceof HTMLInputElement) field.select();
    return () => dialog.close();
  }, []);
  /** @param {Event} event */
  const cancel = (event) => {
    event.preventDefault();
    onclose();
  };
  return html`<dialog ref=${element} class=${name} aria-labelledby=${`${name}-title`} oncancel=${cancel}>
    <h2 id=${`${name}-title`}>${title}</h2>
    ${children}
  </dialog>`;
}

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} label
 * @property {string} value
 * @property {string} [type]
 * @property {boolean} [optional]
 * @property {number} [min]
 * @property {number} [max]
 * @property {string} [pattern]
 */

/**
 * Asks for the fields; resolves to what was filled in, or `null`.
 * @param {string} title
 * @param {Field[]} fields
 * @param {string} [verb]
 * @returns {Promise<Record<string, string> | null>}
 */
export function ask(title, fields, verb = "Send") {
  return new Promise((resolve) => {
    /** @param {Record<string, string> | null} filled */
    const end = (filled) => {
      resolve(filled);
      closeDialog();
    };
    openDialog(() => html`<${Ask} title=${title} fields=${fields} verb=${verb} onend=${end} />`);
  });
}

/** @param {{ title: string, fields: Field[], verb: string, onend: (filled: Record<string, string> | null) => void }} properties */
function Ask({ title, fields, verb, onend }) {
  /** @param {SubmitEvent} event */
  const submit = (event) => {
    event.preventDefault();
    const data = new FormData(/** @type {HTMLFormElement} */ (event.currentTarget));
    onend(Object.fromEntries(fields.map(({ name }) => [name, String(data.get(name) ?? "").trim()])));
  };
  return html`<${Dialog} name="ask" title=${title} onclose=${() => onend(null)}>
    <form onsubmit=${submit}>
      ${fields.map((field) => html`<${FieldInput} key=${field.name} ...${field} />`)}
      <div class="ends">${button("Cancel", {}, () => onend(null))}<button class="primary">${verb}</button></div>
    </form>
  <//>`;
}

/** @param {Field} properties */
export function FieldInput({ name, label, value, type = "text", optional = false, min, max, pattern }) {
  return html`<label>
    <span>${optional ? `${label} (optional)` : label}</span>
    <input
      name=${name}
      type=${type}
      min=${min}
      max=${max}
      pattern=${pattern}
      step=${type === "number" ? "any" : null}
      required=${!optional}
      autocomplete="off"
      defaultValue=${value}
    />
  </label>`;
}
