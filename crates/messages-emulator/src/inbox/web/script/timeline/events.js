// History of a message, in the order of time.

import { LOST } from "../faults.js";
import { object, text } from "../values.js";
import { appliedWords } from "../words.js";

/** @import { MessageDetail, Webhook } from "../types.js" */

/**
 * @typedef {object} TimelineEvent
 * @property {string} name  names the entry, and stays when others come
 * @property {string} [at]
 * @property {string} tone  `good`, `bad` or nothing
 * @property {string} title
 * @property {string} [note]
 * @property {[label: string, body: string][]} [bodies]
 * @property {number} [webhook]  the webhook that can be posted again from here
 */

/**
 * @param {MessageDetail} message
 * @returns {TimelineEvent[]}
 */
export function events(message) {
  const states = message.history.map(({ at, status, code }, index) => ({
    name: `state ${index}`,
    at,
    tone: tone(status),
    title: `${status}${code ? ` · error ${code}` : ""}`,
    note: code ? `messages explain ${code}` : "",
  }));
  const attempts = message.webhooks.flatMap(webhookEvents);
  const pending = attempts.filter(({ at }) => !at);
  const past = [...states, ...attempts.filter(({ at }) => at)];
  // A cause stands before its effects, even within the same millisecond: sorting keeps the order of equals.
  past.sort((one, other) => Date.parse(one.at ?? "") - Date.parse(other.at ?? ""));
  return [beginning(message), ...(message.applied ?? []).map(ofApplied), ...past, ...pending];
}

/**
 * @param {import("../types.js").Applied} applied
 * @param {number} index
 * @returns {TimelineEvent}
 */
const ofApplied = (applied, index) => ({ name: `applied ${index}`, tone: "acted", title: appliedWords(applied) });

/**
 * @param {MessageDetail} message
 * @returns {TimelineEvent}
 */
function beginning({ request, origin, direction, at, content, applied = [] }) {
  /** @type {[string, string]} */
  const body = ["Content", JSON.stringify(content)];
  if (direction === "inbound") return { name: "inbound", at, tone: "", title: "The person sent it", bodies: [body] };
  if (!request) {
    /** @type {[string, string][]} */
    const requests = origin ? [["Request of the failover", origin.body]] : [];
    return { name: "step", at, tone: "", title: "The failover came to this step", bodies: [body, ...requests] };
  }
  const lost = applied.map(({ rule }) => LOST[rule.then]).find(Boolean);
  return {
    name: "request",
    at,
    tone: request.status < 300 && !lost ? "good" : "bad",
    title: `${request.method} ${request.path} → ${lost ? "no response" : request.status}`,
    note: [lost, `authenticated by ${request.auth}`].filter(Boolean).join(" · "),
    bodies: [
      ["Request", request.body],
      ["Response", request.answer],
    ],
  };
}

/**
 * The status that a webhook reports.
 * @param {string} kind
 * @param {string} body
 */
function about(kind, body) {
  try {
    const { status } = object(JSON.parse(body));
    return kind === "status" && status ? ` (${text(status)})` : "";
  } catch {
    return "";
  }
}

/**
 * Webhook states that no attempt shows.
 * @type {Record<string, string>}
 */
const LATER = {
  waiting: "waits for its turn",
  in_flight: "is being posted",
  retrying: "will be retried",
  dropped: "was dropped on purpose",
};

/**
 * @param {Webhook} webhook
 * @param {number} index
 * @returns {TimelineEvent[]}
 */
function webhookEvents({ id, kind, url, body, state, attempts }, index) {
  /** @type {[string, string]} */
  const posted = ["Webhook", body];
  const subject = `${kind} webhook${about(kind, body)}`;
  const events = attempts.map((attempt, which) => {
    const note = [attempts.length > 1 && `attempt ${which + 1}`, attempt.error, `${attempt.took_ms} ms`, url];
    /** @type {[string, string][]} */
    const responses = attempt.answer ? [["Response", attempt.answer]] : [];
    return {
      name: `webhook ${index} ${which}`,
      at: attempt.at,
      tone: attempt.status !== undefined && attempt.status < 300 ? "good" : "bad",
      title: `${subject} → ${attempt.status ?? "no response"}`,
      note: note.filter(Boolean).join(" · "),
      bodies: [posted, ...responses],
      webhook: which === attempts.length - 1 ? id : undefined,
    };
  });
  if (!LATER[state]) return events;
  const next = { name: `webhook ${index} next`, tone: "", title: `${subject} ${LATER[state]}`, note: url };
  return [...events, events.length === 0 ? { ...next, bodies: [posted], webhook: id } : next];
}

/** @param {string} status */
function tone(status) {
  if (status === "rejected" || status === "undeliverable") return "bad";
  return status === "submitted" ? "" : "good";
}
