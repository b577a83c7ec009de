// A rule: its row in the list, and the form that writes a new one or edits one in its place.

import { useEffect, useRef, useState } from "preact/hooks";

import { button, html } from "../markup.js";
import { notice } from "../notice.js";
import { actionWords, whenWords } from "../words.js";
import { ACTIONS } from "./actions.js";

/** @import { Rule } from "../types.js" */

/** @typedef {{ when: Record<string, string | number>, then: any }} RuleText */

/** The conditions, each with an example; numbers are counts. */
const CONDITIONS = [
  ["to", "4477009*"],
  ["from", "Lighthouse"],
  ["channel", "sms"],
  ["text", "*code*"],
  ["path", "/v1/*"],
  ["first", "3"],
  ["nth", "2"],
  ["every", "10"],
];
const COUNTS = new Set(["first", "nth", "every"]);

/**
 * `onedit` and `onsave` return whether the emulator has accepted the rule.
 * @param {{ rule: Rule, onedit: (rule: RuleText) => Promise<unknown>, onremove: () => unknown }} properties
 */
export function RuleRow({ rule: { when, then, met }, onedit, onremove }) {
  const [isEdited, setEdited] = useState(false);
  const tool = useRef(/** @type {HTMLButtonElement | null} */ (null));
  const wasEdited = useRef(false);
  useEffect(() => {
    // The form is gone, and the focus with it.
    if (wasEdited.current && !isEdited) tool.current?.focus();
    wasEdited.current = isEdited;
  }, [isEdited]);
  const words = actionWords(then);
  if (isEdited) {
    const save = async (/** @type {RuleText} */ rule) => {
      const done = await onedit(rule);
      if (done) setEdited(false);
      return done;
    };
    return html`<li class="edited">
      <${RuleForm} name=${`Edit the rule ${words}`} when=${when} then=${then} verb="Save the rule" onsave=${save} oncancel=${() => setEdited(false)} />
    </li>`;
  }
  const isOver = when.first !== undefined && met >= Number(when.first);
  return html`<li class=${isOver ? "over" : ""}>
    <div><strong>${words}</strong><span class="small">${whenWords(when)}${isOver ? " · has acted" : ""}</span></div>
    <span class="hits" title="Matches">${met}×</span>
    ${button("Edit", { ref: tool, class: "quiet", "data-does": "edit", "aria-label": `Edit the rule ${words}` }, () => setEdited(true))}
    ${button("Remove", { class: "quiet", "data-does": "remove", "aria-label": `Remove the rule ${words}` }, onremove)}
  </li>`;
}

/**
 * @param {object} properties
 * @param {string} properties.name
 * @param {Record<string, string | number>} [properties.when]
 * @param {any} [properties.then]
 * @param {string} properties.verb
 * @param {(rule: RuleText) => Promise<unknown>} properties.onsave
 * @param {() => unknown} [properties.oncancel]
 */
export function RuleForm({ name, when = {}, then = ACTIONS.reject, verb, onsave, oncancel }) {
  const [written, setWritten] = useState(JSON.stringify(then));
  const form = useRef(/** @type {HTMLFormElement | null} */ (null));
  useEffect(() => void (oncancel && form.current?.querySelector("input")?.focus()), []);
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const rule = read(/** @type {HTMLFormElement} */ (form.current));
    if (!rule) notice("The action must be JSON.", { tone: "bad", key: "rule" });
    else if (await onsave(rule)) form.current?.reset();
  };
  /** @param {KeyboardEvent} event */
  const leave = (event) => {
    if (event.key !== "Escape" || !oncancel) return;
    event.preventDefault();
    oncancel();
  };
  return html`<form ref=${form} aria-label=${name} onsubmit=${submit} onkeydown=${leave}>
    <div class="conditions">
      ${CONDITIONS.map(
        ([key, example]) =>
          html`<label key=${key}>
            <span>${key}</span>
            <input
              name=${key}
              type=${COUNTS.has(key) ? "number" : "text"}
              min="1"
              placeholder=${example}
              autocomplete="off"
              defaultValue=${when[key] ?? ""}
            />
          </label>`,
      )}
    </div>
    <label>
      <span>Action</span>
      <select name="action" onchange=${(/** @type {any} */ event) => setWritten(JSON.stringify(ACTIONS[event.currentTarget.value] ?? then))}>
        ${oncancel && html`<option value="">${actionWords(then)}</option>`}
        ${Object.entries(ACTIONS).map(([key, action]) => html`<option key=${key} value=${key} selected=${!oncancel && key === "reject"}>${actionWords(action)}</option>`)}
      </select>
    </label>
    <label>
      <span>Action as JSON</span>
      <textarea
        name="then"
        rows="2"
        spellcheck="false"
        value=${written}
        oninput=${(/** @type {any} */ event) => setWritten(event.currentTarget.value)}
      ></textarea>
    </label>
    <div class="row-tools">
      <button class="primary">${verb}</button>
      ${oncancel && button("Cancel", {}, oncancel)}
    </div>
  </form>`;
}

/**
 * The rule that a form holds; `null` if its action is not JSON.
 * @param {HTMLFormElement} form
 * @returns {RuleText | null}
 */
function read(form) {
  const given = Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value).trim()]));
  const conditions = CONDITIONS.map(([name]) => name).filter((name) => given[name]);
  const when = Object.fromEntries(conditions.map((name) => [name, COUNTS.has(name) ? Number(given[name]) : given[name]]));
  try {
    return { when, then: JSON.parse(given.then) };
  } catch {
    return null;
  }
}
