// The pages of the list, while responses are on their way.

import assert from "node:assert/strict";
import test from "node:test";

/** The modules read the page's token and its address when they are loaded. */
globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "" }) });
globalThis.location = /** @type {any} */ ({ search: "", pathname: "/inbox/" });
globalThis.addEventListener = () => {};

const TOTAL = 1000;
/** @type {{ offset: number, respond: () => void }[]} */
const asked = [];
globalThis.fetch = /** @type {any} */ (
  (/** @type {string} */ path) => {
    const query = new URL(path, "http://localhost").searchParams;
    const [offset, limit] = [Number(query.get("offset")), Number(query.get("limit"))];
    const conversations = Array.from({ length: limit }, (_, index) => ({ id: offset + index + 1, last: { id: 1 } }));
    const body = JSON.stringify({ conversations, total: TOTAL, unread: 0 });
    return new Promise((resolve) => {
      asked.push({ offset, respond: () => resolve({ ok: true, text: () => Promise.resolve(body) }) });
    });
  }
);

const { at, setRange, startOver } = await import("../script/list/conversations.js");
const { get } = await import("../script/store.js");

const settled = () => new Promise((resolve) => setTimeout(resolve));

/** Responds to the request for the rows from `offset`. */
async function respond(/** @type {number} */ offset) {
  const index = asked.findIndex((request) => request.offset === offset);
  assert.ok(index >= 0, `${offset} was asked for, not only ${asked.map((request) => request.offset)}`);
  asked.splice(index, 1)[0]?.respond();
  await settled();
}

test("rows that come into sight while others are asked for are asked for too", async () => {
  setRange({ first: 0, end: 16, atTop: true });
  void startOver();
  await respond(0);
  setRange({ first: 500, end: 516, atTop: false });
  await respond(500);

  // Back to the top: the new request still names the rows below, and its response comes last.
  void startOver();
  setRange({ first: 0, end: 16, atTop: true });
  await settled();
  for (let rounds = 0; asked.length > 0 && rounds < 5; rounds += 1) {
    await respond(asked.at(-1)?.offset ?? 0);
  }
  assert.deepEqual(asked, []);
  assert.equal(at(get().list, 0)?.id, 1);
  assert.equal(at(get().list, 15)?.id, 16);
});
