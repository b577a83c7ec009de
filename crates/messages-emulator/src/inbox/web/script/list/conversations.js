// The conversations that the page knows, and the order in which it shows them.
//
// At its top the list is live. While the pointer or the keyboard's focus is in it, its rows stay where they are and only
// their contents change, so that a click meets the row that was aimed at. Who has scrolled down is reading: the list then
// ends before the newest message of that moment. In both cases a button says how much has come in.

import { address, go, onAddress } from "../address.js";
import * as api from "../api.js";
import { onChange } from "../live.js";
import { attempt } from "../notice.js";
import { get, setIn } from "../store.js";

/** @import { Address, Conversation } from "../types.js" */
/** @import { List } from "../store.js" */

const PAGE = 50;
/** A list of at most this length is read whole, so it stays live wherever it is scrolled to. */
const SHORT = 300;

/** @param {Partial<List>} changes */
const setList = (changes) => setIn("list", changes);

/** @param {Address} address */
const conditions = ({ channel, status, q }) => ({ channel, status, q: q.trim() });

const isLive = () => get().list.range.atTop || (get().list.total ?? 0) <= SHORT;

export function startList() {
  onAddress((now, before) => {
    if (JSON.stringify(conditions(now)) !== JSON.stringify(conditions(before))) void startOver();
  });
  onChange(async (happened) => {
    if (!happened.everything && happened.conversations.size === 0) return;
    if (happened.reset) return startOver();
    const { frozen, arrived } = get().list;
    if (!isLive()) {
      setList({ arrived: arrived + happened.arrived });
    } else if (frozen) {
      setList({ arrived: arrived + happened.arrived });
      await refreshInPlace();
    } else {
      setList({ before: null, arrived: 0 });
      const isShown = await reload();
      if (!isShown) setList({ arrived: get().list.arrived + happened.arrived });
    }
  });
}

/**
 * The conversation of row `index`, if it is known.
 * @param {List} list
 * @param {number} index
 */
export const at = (list, index) => list.pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null;

/** Asks for the list anew, from its top. */
export async function startOver() {
  setList({ before: null, arrived: 0, frozen: false, reveal: { index: 0, focus: false } });
  await reload();
}

/** Asks again for the rows in sight. Returns `false` if the order was held before the response came. */
async function reload() {
  const { first, last } = pagesInSight();
  const asked = get().list.edition + 1;
  setList({ edition: asked });
  const response = await attempt("The list", () => request(first, last));
  if (asked !== get().list.edition || !response) return true;
  if (get().list.frozen) {
    updateInPlace(response);
    return false;
  }
  /** @type {Map<number, Conversation[]>} */
  const pages = new Map();
  for (let page = first; page <= last; page += 1) {
    pages.set(page, response.conversations.slice((page - first) * PAGE, (page - first + 1) * PAGE));
  }
  setList({ pages, total: response.total, unread: response.unread });
  // The list may have been scrolled meanwhile.
  void fill();
  return true;
}

/** Brings the rows that are shown up to date without moving one. */
async function refreshInPlace() {
  const { edition } = get().list;
  const { last } = pagesInSight();
  const response = await attempt("The list", () => request(0, last));
  if (edition === get().list.edition && response) updateInPlace(response);
}

/** @param {{ conversations: Conversation[], unread: number }} response */
function updateInPlace(response) {
  const news = new Map(response.conversations.map((one) => [one.id, one]));
  const pages = new Map([...get().list.pages].map(([page, rows]) => [page, rows.map((row) => news.get(row.id) ?? row)]));
  setList({ pages, unread: response.unread });
}

function pagesInSight() {
  const { first, end } = get().list.range;
  return { first: Math.floor(first / PAGE), last: Math.max(0, Math.floor(first / PAGE), Math.floor((end - 1) / PAGE)) };
}

/**
 * @param {number} first
 * @param {number} last
 */
function request(first, last) {
  const { before } = get().list;
  return api.conversations({ ...conditions(address()), offset: first * PAGE, limit: (last - first + 1) * PAGE, before });
}

/**
 * Says which rows are in sight.
 * @param {List["range"]} range
 */
export function setRange(range) {
  setList({ range });
  const { before, pages } = get().list;
  if (isLive()) {
    if (before !== null) void startOver();
  } else if (before === null) {
    const newest = pages.get(0)?.[0];
    setList({ before: newest ? newest.last.id + 1 : null, arrived: 0 });
  }
  void fill();
}

/**
 * Holds the order, or follows again what comes in.
 * @param {boolean} frozen
 */
export function setFrozen(frozen) {
  const { list } = get();
  if (frozen === list.frozen) return;
  setList({ frozen });
  if (!frozen && isLive() && list.arrived > 0) {
    setList({ arrived: 0 });
    void reload();
  }
}

let filling = false;

/** Asks for unknown pages in sight, one after the other: a fast scroll skips what it has passed. */
async function fill() {
  if (filling) return;
  filling = true;
  try {
    for (let page = missing(); page !== undefined; page = missing()) {
      const { edition } = get().list;
      const response = await request(page, page);
      const { list } = get();
      if (edition !== list.edition) continue;
      const total = list.before === null ? response.total : list.total;
      setList({ pages: new Map(list.pages).set(page, response.conversations), total, unread: response.unread });
    }
  } catch {
    // The next scroll or event asks again.
  } finally {
    filling = false;
  }
}

function missing() {
  const { range, pages, total } = get().list;
  if (total === null) return undefined;
  for (let page = Math.floor(range.first / PAGE); page * PAGE < range.end; page += 1) if (!pages.has(page)) return page;
  return undefined;
}

/** @param {number} id */
export function openConversation(id) {
  setList({ cursor: id });
  go({ view: "", conversation: id, message: "", at: knownConversation(id)?.hit?.message_uuid ?? "" });
}

/**
 * The row of a conversation, if it is near the rows in sight.
 * @param {number | null} id
 */
function indexOf(id) {
  const { list } = get();
  for (let index = list.range.first; index < list.range.end; index += 1) if (at(list, index)?.id === id) return index;
  return undefined;
}

/**
 * Moves the keys' cursor by so many rows, and the focus with it.
 * @param {number} by
 */
export function moveCursor(by) {
  const { list } = get();
  const here = indexOf(list.cursor);
  const index = here === undefined ? list.range.first : here + by;
  const row = Math.max(0, Math.min((list.total ?? 0) - 1, index));
  const conversation = at(list, row);
  if (conversation) setList({ cursor: conversation.id, reveal: { index: row, focus: true } });
}

/**
 * Opens the conversation so many rows from the open one.
 * @param {number} by
 */
export function openNeighbour(by) {
  const { list } = get();
  const here = indexOf(get().thread.id);
  const index = here === undefined ? list.range.first : here + by;
  const conversation = at(list, index);
  if (!conversation) return;
  setList({ reveal: { index, focus: false } });
  openConversation(conversation.id);
}

/**
 * The conversation with this id, if the list has it.
 * @param {number} id
 */
export function knownConversation(id) {
  for (const page of get().list.pages.values()) {
    const found = page.find((one) => one.id === id);
    if (found) return found;
  }
  return null;
}
