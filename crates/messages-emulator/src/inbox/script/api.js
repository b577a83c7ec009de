// The control API of this emulator. A browser proves with the page's token that the page came from here.

const BASE = "/emulator/v1/";
const token = document.querySelector("meta[name=emulator-token]").content;

/** The API has refused something. `reason` is its own word for it. */
class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

async function call(path, options) {
  const answer = await fetch(BASE + path, options);
  if (!answer.ok) {
    const body = await answer.text();
    // The token of this page goes with the emulator that has served it.
    const advice = answer.status === 403 ? ". Was the emulator restarted? Then reload the page" : "";
    throw new Refused(answer.status, (reason(body) || `${answer.status} ${answer.statusText}`) + advice);
  }
  return answer.status === 204 ? null : answer.json();
}

function reason(body) {
  try {
    return JSON.parse(body).error;
  } catch {
    return body;
  }
}

function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-emulator-token": token },
    body: JSON.stringify(body ?? {}),
  });
}

/** `{ a: 1, b: "" }` as `a=1`: what is empty is no condition. */
function query(conditions) {
  const set = Object.entries(conditions).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return new URLSearchParams(set).toString();
}

export const conversations = (conditions) => call(`conversations?${query(conditions)}`);
export const conversation = (id) => call(`conversations/${encodeURIComponent(id)}`);
export const seen = (id) => post(`conversations/${encodeURIComponent(id)}/seen`);
export const messages = (conditions) => call(`messages?${query(conditions)}`);
export const message = (uuid) => call(`messages/${encodeURIComponent(uuid)}`);
export const setStatus = (uuid, status, code) => post(`messages/${encodeURIComponent(uuid)}/status`, { status, code });
export const inject = (message) => post("inbound", message);
export const EVENTS = `${BASE}events`;
