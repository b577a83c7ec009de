// Events of the emulator, live. Five hundred messages a second are thousands of events: they are collected,
// and the page hears of them a few times a second, never while it still works on the ones before.

import { EVENTS } from "./api.js";
import { LOST } from "./faults.js";

/** The shortest pause between two rounds, in milliseconds. */
const PAUSE = 150;
/** A round that took long is followed by a pause of so many times its length. */
const REST = 2;
/** The pause before a new connection after a malformed response, in milliseconds. */
const RECONNECT = 3000;

/**
 * `everything`: events may have been missed. `conversations` and `messages`: their ids. `arrived`: the number of new
 * messages. `attempts`: the number of requests and webhook attempts; `failures`: of those that failed. `reset`: the IDs from
 * before may now name other messages.
 * @typedef {object} Happened
 * @property {boolean} everything
 * @property {Set<number>} conversations
 * @property {Set<string>} messages
 * @property {number} arrived
 * @property {number} attempts
 * @property {number} failures
 * @property {boolean} reset
 */

/** @type {((happened: Happened) => unknown)[]} */
const listeners = [];
let batch = newBatch(true);
/** @type {ReturnType<typeof setTimeout> | null} */
let due = null;
let working = false;

/**
 * @param {boolean} everything
 * @returns {Happened}
 */
function newBatch(everything) {
  return { everything, conversations: new Set(), messages: new Set(), arrived: 0, attempts: 0, failures: 0, reset: false };
}

/**
 * Calls back with what has happened.
 * @param {(happened: Happened) => unknown} listener
 */
export function onChange(listener) {
  listeners.push(listener);
}

/** Has every listener look again, as if everything had changed. */
function refresh() {
  batch.everything = true;
  plan(0);
}

/** @param {number} pause */
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

/** @param {Happened} happened */
function isWorthARound({ everything, conversations, messages, attempts }) {
  return everything || conversations.size > 0 || messages.size > 0 || attempts > 0;
}

/**
 * A request without a success that the client got to know, or a webhook that its receiver did not accept.
 * @param {Partial<import("./types.js").LogEntry>} event
 */
export function hasFailed({ event, status, fault, acknowledged }) {
  return event === "request" ? Number(status) >= 400 || (fault ?? "") in LOST : event === "webhook" && !acknowledged;
}

/** @param {MessageEvent} received */
function collect({ data }) {
  const event = JSON.parse(data);
  if (event.event === "missed") batch.everything = true;
  if (event.message_uuid) batch.messages.add(event.message_uuid);
  if (event.event === "message") {
    batch.conversations.add(event.conversation);
    if (!event.status && !event.updated) batch.arrived += 1;
  }
  if (event.event === "request" || event.event === "webhook") batch.attempts += 1;
  if (hasFailed(event)) batch.failures += 1;
  // A failing webhook is marked at its message and conversation, until it is delivered.
  if (event.event === "webhook" && (!event.acknowledged || event.attempt > 1)) batch.everything = true;
  if (event.event === "reset") {
    batch.reset = true;
    batch.everything = true;
  }
  if (isWorthARound(batch)) plan(PAUSE);
}

/**
 * Begins to listen; `onState` is told when the stream opens or breaks.
 * @param {(isLive: boolean) => void} onState
 */
export function listen(onState) {
  /** @type {EventSource} */
  let source;
  const start = () => {
    source = new EventSource(EVENTS);
    source.onmessage = collect;
    source.onopen = () => {
      onState(true);
      refresh();
    };
    source.onerror = () => {
      onState(false);
      // The browser reconnects by itself, unless the response was malformed.
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
