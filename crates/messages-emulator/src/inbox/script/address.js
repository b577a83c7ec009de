// What is shown is in the address, so that it can be reloaded, shared, and left with the browser's back button.

const NAMES = ["conversation", "message", "channel", "status", "q"];
const listeners = [];
let current = read();

function read() {
  const given = new URLSearchParams(location.search);
  return Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""]));
}

/** `{ conversation, message, channel, status, q }`: texts, empty where nothing is said. */
export const address = () => current;

/** The link to the same page with some changes. */
export function linkTo(changes) {
  const parameters = new URLSearchParams();
  for (const name of NAMES) {
    const value = String(changes[name] ?? current[name] ?? "");
    if (value) parameters.set(name, value);
  }
  const written = parameters.toString();
  return written ? `?${written}` : location.pathname;
}

/** Goes there. With `replace`, the back button does not come back to here: for filters while they are typed. */
export function go(changes, { replace = false } = {}) {
  const link = linkTo(changes);
  if (replace) history.replaceState(null, "", link);
  else history.pushState(null, "", link);
  changed();
}

/** Calls back with the new and the old address whenever it changes. */
export function onAddress(listener) {
  listeners.push(listener);
}

function changed() {
  const before = current;
  current = read();
  for (const listener of listeners) listener(current, before);
}

addEventListener("popstate", changed);

/** Whether a click on a link is meant for this page: with a key held down, the browser opens it elsewhere. */
export function isPlainClick(event) {
  return event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
}
