// Short notices at the edge, read out by screen readers.

import { get, set, useStore } from "./store.js";
import { button, html, iconButton } from "./markup.js";

const STAYS_MS = 6000;
/** Long enough to read it and to find the button. */
const UNDO_MS = 15_000;
const AT_MOST = 3;

/**
 * Shows a notice. `tone` is `good`, `bad` or nothing. A notice with the same `key` replaces the one before.
 * @param {string} words
 * @param {{ tone?: string, key?: string, undo?: (() => unknown) | null }} [options]
 */
export function notice(words, { tone = "", key = words, undo = null } = {}) {
  const stays = undo ? UNDO_MS : STAYS_MS;
  const shown = { key, tone, words, ends: performance.now() + stays, undo };
  const others = get().notices.filter((one) => one.key !== key);
  set({ notices: [...others, shown].slice(-AT_MOST) });
  setTimeout(() => {
    const left = get().notices.filter(({ ends }) => ends > performance.now());
    if (left.length < get().notices.length) set({ notices: left });
  }, stays + 1);
}

/** @param {string} key */
const dismiss = (key) => set({ notices: get().notices.filter((one) => one.key !== key) });

export function Notices() {
  const notices = useStore((state) => state.notices);
  return html`<div id="notices" role="status" aria-live="polite">
    ${notices.map(
      ({ key, tone, words, undo }) =>
        html`<div key=${key} class=${`notice ${tone}`}>
          <span>${words}</span>
          ${undo &&
          button("Undo", { class: "undo" }, () => {
            dismiss(key);
            return undo();
          })}
          ${iconButton("Dismiss", "close", {}, () => dismiss(key))}
        </div>`,
    )}
  </div>`;
}

/**
 * Does something that may be refused, and says so if it is.
 * @template Result
 * @param {string} what
 * @param {() => Promise<Result>} act
 * @returns {Promise<Result | null>}
 */
export async function attempt(what, act) {
  try {
    return await act();
  } catch (error) {
    notice(`${what}: ${/** @type {Error} */ (error).message}`, { tone: "bad", key: what });
    return null;
  }
}
