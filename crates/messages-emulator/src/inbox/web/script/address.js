// Keeps the view in the address, so that it can be reloaded, shared, and left with the browser's back button.

import { get, set } from "./store.js";

/** @import { Address } from "./types.js" */

/** @type {(keyof Address)[]} */
const NAMES = ["workspace", "view", "conversation", "message", "at", "channel", "status", "q"];

/** @type {((now: Address, before: Address) => void)[]} */
const listeners = [];

/** @returns {Address} */
function read() {
  const given = new URLSearchParams(location.search);
  return /** @type {any} */ (Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""])));
}

/** The address that is shown; its texts are empty where nothing is said. */
export const address = () => get().address;

/**
 * The link to the same page with some changes.
 * @param {Partial<Record<keyof Address, string | number>>} changes
 */
export function linkTo(changes) {
  const parameters = new URLSearchParams();
  for (const name of NAMES) {
    const value = String(changes[name] ?? address()[name] ?? "");
    if (value) parameters.set(name, value);
  }
  const written = parameters.toString();
  return written ? `?${written}` : location.pathname;
}

/**
 * Goes there. With `replace`, the back button does not return to here: for filters while they are typed.
 * @param {Partial<Record<keyof Address, string | number>>} changes
 */
export function go(changes, { replace = false } = {}) {
  const link = linkTo(changes);
  if (replace) history.replaceState(null, "", link);
  else history.pushState(null, "", link);
  changed();
}

/**
 * Calls back with the new and the old address whenever it changes.
 * @param {(now: Address, before: Address) => void} listener
 */
export function onAddress(listener) {
  listeners.push(listener);
}

function changed() {
  const before = address();
  set({ address: read() });
  for (const listener of listeners) listener(address(), before);
}

/** Begins to follow the browser's address. */
export function startAddress() {
  set({ address: read() });
  addEventListener("popstate", changed);
}

/**
 * Tells a click for this page from one that the browser opens elsewhere, with a key held down.
 * @param {MouseEvent} event
 */
export function isPlainClick(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
