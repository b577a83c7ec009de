// The list of conversations.
//
// At its top it is live. Who has scrolled down is reading, so the order is then held as it was (by asking only for what is
// older than the newest message at that moment), and a button says how much has come in.

import { address, go, isPlainClick, onAddress } from "./address.js";
import * as api from "./api.js";
import { arrange, byId, setText } from "./dom.js";
import { showEmptyList } from "./empty.js";
import { counted } from "./format.js";
import { onChange } from "./live.js";
import { attempt } from "./notice.js";
import { fillRow, newRow } from "./row.js";
import { Window } from "./window.js";

/** As the style sheet has it. */
const ROW_HEIGHT = 76;
const PAGE = 50;
/** A list as short as this is read whole, so it stays live wherever it is scrolled to. */
const SHORT = 300;

const viewport = byId("list");
const rows = byId("conversations");
const windowed = new Window(viewport, ROW_HEIGHT, scrolled);

/** What is known, by page. */
let pages = new Map();
/** The number before which the held list ends; `null` while it is live. */
let held = null;
let arrived = 0;
/** Counts the lists: an answer for another one than the present is late. */
let edition = 0;
/** The conversation that the keys are on. */
let cursor = null;
const shown = new Map();
const spare = [];

const conditions = ({ channel, status, q } = address()) => ({ channel, status, q: q.trim() });
const isLive = () => windowed.atTop || windowed.total <= SHORT;

export function startList() {
  onAddress((now, before) => {
    const same = JSON.stringify(conditions(now)) === JSON.stringify(conditions(before));
    if (same) draw();
    else void startOver();
  });
  onChange(changed);
  viewport.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-conversation]");
    if (!link || !isPlainClick(event)) return;
    event.preventDefault();
    openConversation(Number(link.dataset.conversation));
  });
  viewport.addEventListener("focusin", (event) => {
    const link = event.target.closest("a[data-conversation]");
    if (link) cursor = Number(link.dataset.conversation);
    draw();
  });
  byId("arrived").addEventListener("click", () => {
    windowed.toTop();
    void startOver();
  });
}

function openConversation(id) {
  cursor = id;
  go({ conversation: id, message: "" });
}

/** Forgets the list and asks for it anew, from its top. */
async function startOver() {
  windowed.toTop();
  held = null;
  arrived = 0;
  await reload();
}

async function changed(happened) {
  if (!happened.everything && happened.conversations.size === 0) return;
  if (isLive()) {
    held = null;
    await reload();
  } else {
    arrived += happened.arrived;
    draw();
  }
}

/** Asks again for what is in sight. */
async function reload() {
  const asked = (edition += 1);
  const first = Math.floor(windowed.range().first / PAGE);
  const last = Math.max(first, Math.floor((windowed.range().end - 1) / PAGE));
  const range = { offset: first * PAGE, limit: (last - first + 1) * PAGE, before: held };
  const answer = await attempt("The list", () => api.conversations({ ...conditions(), ...range }));
  if (asked !== edition || !answer) return;
  pages = new Map();
  for (let page = first; page <= last; page += 1) {
    pages.set(page, answer.conversations.slice((page - first) * PAGE, (page - first + 1) * PAGE));
  }
  know(answer);
  draw();
}

function know({ total, unread }) {
  windowed.total = total;
  rows.style.height = `${windowed.height}px`;
  showEmptyList(total === 0);
  setText(byId("count"), counted(total, "conversation"));
  document.title = unread > 0 ? `(${unread}) Inbox` : "Inbox";
}

function scrolled() {
  if (isLive()) {
    if (held !== null) void startOver();
  } else if (held === null) {
    const newest = pages.get(0)?.[0];
    held = newest ? newest.last.id + 1 : null;
    arrived = 0;
  }
  draw();
  void fill();
}

let filling = false;

/** Asks for the pages in sight that are not known, one after the other: a fast scroll skips what it has passed. */
async function fill() {
  if (filling) return;
  filling = true;
  try {
    for (let page = missing(); page !== undefined; page = missing()) {
      const asked = edition;
      const answer = await api.conversations({ ...conditions(), offset: page * PAGE, limit: PAGE, before: held });
      if (asked !== edition) continue;
      pages.set(page, answer.conversations);
      know({ ...answer, total: held === null ? answer.total : windowed.total });
      draw();
    }
  } catch {
    // The next scroll or event asks again.
  } finally {
    filling = false;
  }
}

function missing() {
  const { first, end } = windowed.range();
  for (let page = Math.floor(first / PAGE); page * PAGE < end; page += 1) if (!pages.has(page)) return page;
  return undefined;
}

const at = (index) => pages.get(Math.floor(index / PAGE))?.[index % PAGE] ?? null;

function draw() {
  const { first, end, place } = windowed.range();
  const open = Number(address().conversation);
  const wanted = new Map();
  for (let index = first; index < end; index += 1) {
    const conversation = at(index);
    wanted.set(conversation ? conversation.id : `at ${index}`, { index, conversation });
  }
  for (const [key, row] of shown) {
    if (wanted.has(key)) continue;
    shown.delete(key);
    spare.push(row);
  }
  const hasCursor = wanted.has(cursor);
  const order = [];
  for (const [key, { index, conversation }] of wanted) {
    const row = shown.get(key) ?? spare.pop() ?? newRow();
    shown.set(key, row);
    fillRow(row, conversation, conversation?.id === open);
    row.element.style.transform = `translateY(${place(index)}px)`;
    row.element.setAttribute("aria-posinset", index + 1);
    row.element.setAttribute("aria-setsize", windowed.total);
    // One stop for the tab key; the arrows do the rest.
    row.link.tabIndex = (hasCursor ? conversation?.id === cursor : order.length === 0) ? 0 : -1;
    order.push(row.element);
  }
  arrange(rows, order);
  byId("arrived").hidden = isLive() || arrived === 0;
  setText(byId("arrived"), `↑ ${counted(arrived, "new message")}`);
}

/** Moves the keys' cursor by so many rows, and the focus with it. */
export function moveCursor(by) {
  const { first, end } = windowed.range();
  let index = first;
  for (let candidate = first; candidate < end; candidate += 1) if (at(candidate)?.id === cursor) index = candidate + by;
  index = Math.max(0, Math.min(windowed.total - 1, index));
  const conversation = at(index);
  if (!conversation) return;
  cursor = conversation.id;
  windowed.reveal(index);
  draw();
  shown.get(cursor)?.link.focus({ preventScroll: true });
}

/** Opens the conversation so many rows from the one that is open. */
export function openNeighbour(by) {
  const open = Number(address().conversation);
  const { first, end } = windowed.range();
  for (let index = first; index < end; index += 1) {
    if (at(index)?.id !== open) continue;
    const neighbour = at(index + by);
    if (neighbour) {
      windowed.reveal(index + by);
      openConversation(neighbour.id);
    }
    return;
  }
  const top = at(first);
  if (top) openConversation(top.id);
}

/** The conversation with this id, if the list knows it. */
export function knownConversation(id) {
  for (const page of pages.values()) {
    const found = page?.find((one) => one.id === id);
    if (found) return found;
  }
  return null;
}
