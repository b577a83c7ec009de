// Short notices at the edge, read out by screen readers.

import { byId, h, iconButton } from "./dom.js";

const STAYS_MS = 6000;
const AT_MOST = 3;

/** Says something. `tone` is `good`, `bad` or nothing. A notice with the same `key` replaces the one before. */
export function notice(words, { tone = "", key = words, action } = {}) {
  const board = byId("notices");
  const before = [...board.children].find((shown) => shown.dataset.key === key);
  const shown = h("div", { class: `notice ${tone}`, "data-key": key }, h("span", {}, words), action);
  const end = () => shown.remove();
  shown.append(iconButton("Dismiss", "close", {}, end));
  if (before) before.replaceWith(shown);
  else board.append(shown);
  while (board.children.length > AT_MOST) board.firstElementChild.remove();
  setTimeout(end, STAYS_MS);
}

/** Does something that may be refused, and says so if it is. */
export async function attempt(what, act) {
  try {
    return await act();
  } catch (error) {
    notice(`${what}: ${error.message}`, { tone: "bad", key: what });
    return null;
  }
}
