// What happens in the emulator, as it happens. Five hundred messages a second are thousands of events: they are collected,
// and the page hears of them a few times a second, never while it still works on the ones before.

import { EVENTS } from "./api.js";

/** The shortest pause between two rounds, in milliseconds. */
const PAUSE = 150;
/** A round that took long is followed by a pause of so many times its length. */
const REST = 2;
/** How long to wait for an emulator that answers with nonsense, in milliseconds. */
const RECONNECT = 3000;

const listeners = [];
let batch = newBatch(true);
let due = null;
let working = false;

function newBatch(everything) {
  return { everything, conversations: new Set(), messages: new Set(), arrived: 0, refused: null };
}

/**
 * Calls back with what has happened: `everything` (events may have been missed), `conversations` and `messages` (their ids),
 * `arrived` (how many messages came in), `refused` (the last request that was refused).
 */
export function onChange(listener) {
  listeners.push(listener);
}

/** Has every listener look again, as if everything had changed. */
function refresh() {
  batch.everything = true;
  plan(0);
}

function plan(pause) {
  if (due === null && !working) due = setTimeout(round, pause);
}

async function round() {
  due = null;
  working = true;
  const happened = batch;
  batch = newBatch(false);
  const start = performance.now();
  await Promise.allSettled(listeners.map(async (listener) => listener(happened)));
  working = false;
  if (isWorthARound(batch)) plan(Math.max(PAUSE, REST * (performance.now() - start)));
}

function isWorthARound({ everything, conversations, messages, refused }) {
  return everything || conversations.size > 0 || messages.size > 0 || refused !== null;
}

function take({ data }) {
  const event = JSON.parse(data);
  if (event.event === "missed") batch.everything = true;
  if (event.message_uuid) batch.messages.add(event.message_uuid);
  if (event.event === "message") {
    batch.conversations.add(event.conversation);
    if (!event.status && !event.updated) batch.arrived += 1;
  }
  if (event.event === "request" && event.status >= 400) batch.refused = event;
  if (isWorthARound(batch)) plan(PAUSE);
}

/** Begins to listen; `onState` hears whether it works. */
export function listen(onState) {
  let source = null;
  const start = () => {
    source = new EventSource(EVENTS);
    source.onmessage = take;
    source.onopen = () => {
      onState(true);
      refresh();
    };
    source.onerror = () => {
      onState(false);
      // The browser connects again by itself, unless the answer was none that it understands.
      if (source.readyState === EventSource.CLOSED) setTimeout(start, RECONNECT);
    };
  };
  // A browser has six connections to a server, and may keep a page that was left, with its stream, to come back to.
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) start();
  });
  start();
}
