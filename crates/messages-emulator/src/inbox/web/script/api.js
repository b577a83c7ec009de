// The control API of this emulator. A browser proves with the page's token that the page came from here.

/** @import { Clock, Conversation, Credentials, LogEntry, Message, MessageDetail, Rule, Urls, Workspace } from "./types.js" */

const BASE = "/emulator/v1/";
const token = /** @type {HTMLMetaElement} */ (document.querySelector("meta[name=emulator-token]")).content;

/** The workspace of the page; the first one has no name here. */
export const workspace = new URLSearchParams(globalThis.location?.search).get("workspace") ?? "";

/** @param {string} path */
const inWorkspace = (path) =>
  workspace ? `${path}${path.includes("?") ? "&" : "?"}workspace=${encodeURIComponent(workspace)}` : path;

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<any>}
 */
async function call(path, options) {
  const response = await fetch(inWorkspace(BASE + path), options);
  if (!response.ok) {
    const body = await response.text();
    // The token of this page goes with the emulator that has served it.
    const advice = response.status === 403 ? ". Was the emulator restarted? Then reload the page" : "";
    throw new Error((reason(body) || `${response.status} ${response.statusText}`) + advice);
  }
  const body = await response.text();
  return body ? JSON.parse(body) : null;
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
 * @param {string} method
 * @param {string} path
 * @param {string} [body]
 */
const write = (method, path, body) =>
  call(path, { method, headers: { "content-type": "application/json", "x-emulator-token": token }, body });

/**
 * @param {string} path
 * @param {object} [body]
 */
const post = (path, body) => write("POST", path, JSON.stringify(body ?? {}));

/** @type {() => Promise<object>} */
export const snapshot = () => call("snapshot");

/** @type {(snapshot: object) => Promise<null>} */
export const restore = (snapshot) =>
  call("snapshot", {
    method: "PUT",
    headers: { "content-type": "application/json", "x-emulator-token": token },
    body: JSON.stringify(snapshot),
  });

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

/**
 * The address of an e-mail's HTML, for a frame.
 * @param {string} uuid
 * @param {number} part
 * @param {boolean} hasPictures
 */
export const mailUrl = (uuid, part, hasPictures) =>
  inWorkspace(`${BASE}messages/${encodeURIComponent(uuid)}/html?${query({ part, pictures: hasPictures ? "true" : "" })}`);

/** @type {(id: number) => Promise<Posted>} */
export const resend = (id) => post(`webhooks/${id}/resend`);

/** @type {(conditions: { conversation?: number, url?: string }) => Promise<{ resent: number }>} */
export const resendFailed = (conditions) => post("webhooks/resend", conditions);

/** @type {(id: number) => Promise<{ url: string, authorization?: string, body: string }>} */
export const sign = (id) => post(`webhooks/${id}/sign`);

/**
 * Posts a request to the API; `body` is JSON as it was written.
 * @type {(path: string, body: string) => Promise<{ status: number, response: string }>}
 */
export const send = (path, body) => write("POST", "requests", `{"path":${JSON.stringify(path)},"body":${body}}`);

/** @type {(id?: number) => Promise<object>} */
export const remove = (id) => write("DELETE", id ? `conversations/${id}` : "conversations");

/** @type {(removed: object) => Promise<null>} */
export const putBack = (removed) => post("snapshot", removed);

/** @type {() => Promise<Credentials>} */
export const credentials = () => call("credentials");

/** @type {() => Promise<Urls>} */
export const urls = () => call("webhooks");

/** @type {(urls: Urls) => Promise<unknown>} */
export const setUrls = (urls) => write("PUT", "webhooks", JSON.stringify(urls));

/** @type {(target: string) => Promise<{ status?: number, error?: string, took_ms: number }>} */
export const testUrl = (target) => post("webhooks/test", { target });

/** @type {() => Promise<{ workspaces: Workspace[] }>} */
export const workspaces = () => call("workspaces");

/** @type {(credentials: { api_key: string, api_secret: string }) => Promise<Credentials>} */
export const openWorkspace = (credentials) => post("workspaces", credentials);

/** @type {() => Promise<{ rules: Rule[] }>} */
export const rules = () => call("rules");

/** @type {(rule: { when?: object, then: any }) => Promise<null>} */
export const addRule = (rule) => post("rules", rule);

/** @type {(id: number, rule: { when?: object, then: any }) => Promise<null>} */
export const editRule = (id, rule) => write("PUT", `rules/${id}`, JSON.stringify(rule));

/** @type {(id?: number) => Promise<null>} */
export const removeRule = (id) => write("DELETE", id ? `rules/${id}` : "rules");

/** @type {() => Promise<Clock>} */
export const clock = () => call("clock");

/** @type {(change: { speed?: number, stepped?: boolean, advance?: string }) => Promise<Clock>} */
export const setClock = (change) => post("clock", change);

export const EVENTS = inWorkspace(`${BASE}events`);
