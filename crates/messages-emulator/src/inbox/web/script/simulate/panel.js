// What goes wrong, and how fast: faults of the next message, rules, the clock.

import { useEffect, useState } from "preact/hooks";

import * as api from "../api.js";
import { onChange } from "../live.js";
import { button, html } from "../markup.js";
import { attempt, notice } from "../notice.js";
import { viewHead } from "../view.js";
import { ClockControls } from "./clock.js";
import { NEXT } from "./actions.js";
import { RuleForm, RuleRow } from "./rule.js";

/** @import { Rule } from "../types.js" */
/** @import { RuleText } from "./rule.js" */

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

/** @param {() => Promise<null>} write */
async function change(write) {
  const done = await attempt("The rule was refused", async () => (await write(), true));
  if (done) await load();
  return done;
}

/** @param {RuleText} rule */
const add = (rule) => change(() => api.addRule(rule));

/**
 * @param {number} id
 * @param {RuleText} rule
 */
const edit = (id, rule) => change(() => api.editRule(id, rule));

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
          ${rules.map(
            (rule) => html`<${RuleRow} key=${rule.id} rule=${rule} onedit=${(/** @type {any} */ edited) => edit(rule.id, edited)} onremove=${() => remove(rule.id)} />`,
          )}
        </ol>
        ${rules.length === 0 && html`<p class="hint">There are no rules: every message is delivered.</p>`}
        ${rules.length > 1 && button("Remove all rules", { class: "quiet start" }, () => remove())}
        <details class="new-rule">
          <summary>Add a rule</summary>
          <${RuleForm} name="A new rule" verb="Add the rule" onsave=${add} />
        </details>
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
    if (await add({ when: { first: 1 }, then })) notice(`The next message: ${words}.`, { tone: "good", key: "rule" });
  });
}
