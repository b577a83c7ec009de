// The control API of this emulator. A browser proves with the page's token that the page came from here.

/** @import { Conversation, LogEntry, Message, MessageDetail } from "./types.js" */

const BASE = "/emulator/v1/";
const token = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=emulator-token]")).content;

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
async function call(path, options) {
  const response = await fetch(BASE + path, options);
  if (!response.ok) {
    const body = await response.text();
    // The token of this page goes with the emulator that has served it.
    const advice = response.status === 403 ? ". Was the emulator restarted? Then reload the page" : "";
    throw new Error((reason(body) || `${response.status} ${response.statusText}`) + advice);
  }
  return response.status === 204 ? null : response.json();
}

/** @param {string} body */
function reason(body) {
  try {
    return JSON.parse(body).error;
  } catch {
    return body;
  }
}

/**
 * @param {string} path
 * @param {object} [body]
 */
function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-emulator-token": token },
    body: JSON.stringify(body ?? {}),
  });
}

/**
 * `{ a: 1, b: "" }` as `a=1`: an empty value is no condition.
 * @param {Record<string, string | number | null | undefined>} conditions
 */
function query(conditions) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(conditions)) {
    if (value !== undefined && value !== null && value !== "") parameters.set(name, String(value));
  }
  return parameters.toString();
}

/** @typedef {Record<string, string | number | null | undefined>} Conditions */
/** @typedef {{ acknowledged: boolean, answer?: number, error?: string }} Delivery */
/** @typedef {{ message_uuid: string, webhook?: Delivery }} Posted */

/** @type {(conditions: Conditions) => Promise<{ conversations: Conversation[], total: number, unread: number }>} */
export const conversations = (conditions) => call(`conversations?${query(conditions)}`);

/** @type {(id: number) => Promise<Conversation>} */
export const conversation = (id) => call(`conversations/${id}`);

/** @type {(id: number) => Promise<null>} */
export const seen = (id) => post(`conversations/${id}/seen`);

/** @type {(conditions: Conditions) => Promise<{ messages: Message[] }>} */
export const messages = (conditions) => call(`messages?${query(conditions)}`);

/** @type {(uuid: string) => Promise<MessageDetail>} */
export const message = (uuid) => call(`messages/${encodeURIComponent(uuid)}`);

/** @type {(uuid: string, status: string, code?: number) => Promise<Posted>} */
export const setStatus = (uuid, status, code) => post(`messages/${encodeURIComponent(uuid)}/status`, { status, code });

/** @type {(message: object) => Promise<Posted>} */
export const inject = (message) => post("inbound", message);

/** @type {(conditions: Conditions) => Promise<{ events: LogEntry[] }>} */
export const log = (conditions) => call(`log?${query(conditions)}`);

export const EVENTS = `${BASE}events`;
