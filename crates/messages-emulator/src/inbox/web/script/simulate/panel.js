// What goes wrong, and how fast: faults of the next message, rules, the clock.

import { useEffect, useState } from "preact/hooks";

import * as api from "../api.js";
import { onChange } from "../live.js";
import { button, html } from "../markup.js";
import { attempt, notice } from "../notice.js";
import { viewHead } from "../view.js";
import { actionWords, whenWords } from "../words.js";
import { ClockControls } from "./clock.js";
import { ACTIONS, NEXT } from "./actions.js";

/** @import { Rule } from "../types.js" */

export const SIMULATE = "simulate";

/** @type {((rules: Rule[]) => void) | null} */
let show = null;

/** The hits of the rules change with each request; nothing else tells of them. */
export function startSimulate() {
  onChange(async () => {
    if (show) await load();
  });
}

async function load() {
  const listed = await attempt("The rules", api.rules);
  if (listed && show) show(listed.rules);
}

/**
 * @param {object} when
 * @param {any} then
 */
async function add(when, then) {
  const done = await attempt("The rule was refused", async () => (await api.addRule({ when, then }), true));
  if (done) await load();
  return done;
}

/** @param {number} [id] */
async function remove(id) {
  await attempt("The rule is still there", () => api.removeRule(id));
  await load();
}

export function Simulate() {
  const [rules, setRules] = useState(/** @type {Rule[]} */ ([]));
  useEffect(() => {
    show = setRules;
    void load();
    return () => void (show = null);
  }, []);
  return html`<section id="simulate" class="view" aria-label="Simulate">
    ${viewHead("Simulate")}
    <div class="sections" tabindex="0" aria-label="Faults, rules and time">
      <section>
        <h3>Time</h3>
        <${ClockControls} />
      </section>
      <section>
        <h3>The next message …</h3>
        <div class="next">${NEXT.map(([words, then]) => nextButton(words, then))}</div>
      </section>
      <section>
        <h3>Rules</h3>
        <p class="small">The first rule whose conditions match decides.</p>
        <ol class="rules">
          ${rules.map(ruleRow)}
        </ol>
        ${rules.length === 0 && html`<p class="hint">There are no rules: every message is delivered.</p>`}
        ${rules.length > 1 && button("Remove all rules", { class: "quiet start" }, () => remove())}
        <${RuleForm} />
      </section>
    </div>
  </section>`;
}

/**
 * @param {string} words
 * @param {any} then
 */
function nextButton(words, then) {
  return button(words, { key: words }, async () => {
    if (await add({ first: 1 }, then)) notice(`The next message: ${words}.`, { tone: "good", key: "rule" });
  });
}

/** @param {Rule} rule */
function ruleRow({ id, when, then, met }) {
  const isOver = when.first !== undefined && met >= Number(when.first);
  return html`<li key=${id} class=${isOver ? "over" : ""}>
    <div><strong>${actionWords(then)}</strong><span class="small">${whenWords(when)}${isOver ? " · has acted" : ""}</span></div>
    <span class="hits" title="Matches">${met}×</span>
    ${button("Remove", { class: "quiet", "aria-label": `Remove the rule ${actionWords(then)}` }, () => remove(id))}
  </li>`;
}

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

function RuleForm() {
  const [then, setThen] = useState(JSON.stringify(ACTIONS.reject));
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const form = /** @type {HTMLFormElement} */ (event.currentTarget);
    const given = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()]);
    const when = given.filter(([name, value]) => value && name !== "then").map(([name, value]) => [name, COUNTS.has(name) ? Number(value) : value]);
    try {
      if (await add(Object.fromEntries(when), JSON.parse(then))) form.reset();
    } catch {
      notice("The action must be JSON.", { tone: "bad", key: "rule" });
    }
  };
  return html`<details class="new-rule">
    <summary>Add a rule</summary>
    <form onsubmit=${submit}>
      <div class="conditions">
        ${CONDITIONS.map(
          ([name, example]) =>
            html`<label key=${name}>
              <span>${name}</span>
              <input name=${name} type=${COUNTS.has(name) ? "number" : "text"} min="1" placeholder=${example} autocomplete="off" />
            </label>`,
        )}
      </div>
      <label>
        <span>Action</span>
        <select id="action" onchange=${(/** @type {any} */ event) => setThen(JSON.stringify(ACTIONS[event.currentTarget.value]))}>
          ${Object.entries(ACTIONS).map(([name, action]) => html`<option key=${name} value=${name} selected=${name === "reject"}>${actionWords(action)}</option>`)}
        </select>
      </label>
      <label>
        <span>Action as JSON</span>
        <textarea
          name="then"
          rows="2"
          spellcheck="false"
          value=${then}
          oninput=${(/** @type {any} */ event) => setThen(event.currentTarget.value)}
        ></textarea>
      </label>
      <div class="row-tools"><button class="primary">Add the rule</button></div>
    </form>
  </details>`;
}
