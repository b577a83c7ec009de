// Every request and every attempt to deliver a webhook, from the event log of the emulator.

import * as api from "../api.js";
import { onAddress } from "../address.js";
import { LOST } from "../faults.js";
import { hasFailed, onChange } from "../live.js";
import { attempt } from "../notice.js";
import { reason } from "../reason.js";
import { get, setIn } from "../store.js";
import { toggleView } from "../view.js";

/** @import { LogEntry } from "../types.js" */

/** Most entries that are shown. */
const ENTRIES_MAX = 200;

export const ACTIVITY = "activity";

const isOpen = () => get().address.view === ACTIVITY;

export function startActivity() {
  onAddress((now, before) => {
    if (now.view !== before.view && isOpen()) void load();
  });
  onChange(async ({ everything, attempts, failures }) => {
    if (isOpen()) {
      const isAimedAt = document.querySelector("#activity .events:hover") !== null;
      if (attempts > 0 && isAimedAt) setIn("activity", { waiting: get().activity.waiting + attempts });
      else if (everything || attempts > 0) await load();
    } else if (failures > 0) {
      setIn("activity", { failures: get().activity.failures + failures });
    }
  });
  if (isOpen()) void load();
}

export const toggleActivity = () => toggleView(ACTIVITY);

/** Shows the latest entries. While the pointer is on them they keep their places, so this waits. */
export async function load() {
  setIn("activity", { failures: 0, waiting: 0 });
  const kinds = ["request", "webhook"].map((kind) => api.log({ kind, bodies: "true", limit: ENTRIES_MAX }));
  const logs = await attempt("The activity", () => Promise.all(kinds));
  if (!logs) return;
  const entries = logs.flatMap(({ events }) => events).sort((one, other) => other.number - one.number);
  setIn("activity", { entries: entries.slice(0, ENTRIES_MAX) });
}

/**
 * The entries that a filter lets through.
 * @param {LogEntry[]} entries
 * @param {string} filter
 */
export function filtered(entries, filter) {
  if (filter === "failed") return entries.filter(hasFailed);
  return filter ? entries.filter(({ event }) => event === filter) : entries;
}

/**
 * The words for an entry: a title, a tone, and what else there is to say.
 * @param {LogEntry} entry
 */
export function describe(entry) {
  const tone = hasFailed(entry) ? "bad" : "good";
  return entry.event === "request" ? { tone, ...ofRequest(entry) } : { tone, ...ofWebhook(entry) };
}

/** @param {LogEntry} entry */
function ofRequest({ method, path, status, auth, problem, fault = "", fault_by: by, response_body: response }) {
  const lost = LOST[fault];
  const notes = [
    lost,
    fault && fault !== "lifecycle" && causedBy(fault, by),
    problem && `${problem}: ${reason(response)}`,
    `authenticated by ${auth}`,
  ];
  return { title: `${method} ${path} → ${lost ? "no response" : status}`, notes: notes.filter(Boolean) };
}

/**
 * @param {string} fault
 * @param {string} [by]
 */
const causedBy = (fault, by) => `${by === "magic_recipient" ? "magic recipient" : "rule"}: ${fault.replaceAll("_", " ")}`;

/** @param {LogEntry} entry */
function ofWebhook({ kind, status, attempt: number = 1, answer, fault, error, acknowledged, retry_at: next, took_ms: took }) {
  const notes = [
    number > 1 && `attempt ${number}`,
    fault && fault.replaceAll("_", " "),
    error,
    !acknowledged && !next && "not retried: this response ends the attempts, or they were given up",
    `${took} ms`,
  ];
  const about = status ? `${kind} webhook (${status})` : `${kind} webhook`;
  return { title: `${about} → ${answer ?? "no response"}`, notes: notes.filter(Boolean), next };
}
