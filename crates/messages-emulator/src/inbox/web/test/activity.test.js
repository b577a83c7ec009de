// The words of the activity.

import assert from "node:assert/strict";
import test from "node:test";

/** The module reads the page's token when it is loaded. */
globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "" }) });
const { describe, filtered } = await import("../script/activity/entries.js");
const { reason } = await import("../script/reason.js");

/** @param {object} fields */
const request = (fields) =>
  /** @type {any} */ ({ number: 1, event: "request", method: "POST", path: "/v1/messages", auth: "basic", response_body: "", ...fields });

test("a refused request says why", () => {
  const response = JSON.stringify({ title: "Invalid", detail: "Bad body.", invalid_parameters: [{ name: "to", reason: "is missing" }] });
  assert.equal(reason(response), "Bad body.; to is missing");
  assert.equal(reason("<html>"), "");
  const { title, tone, notes } = describe(request({ status: 422, problem: "messages#1150", response_body: response }));
  assert.deepEqual([title, tone], ["POST /v1/messages → 422", "bad"]);
  assert.equal(notes[0], "messages#1150: Bad body.; to is missing");
});

test("a lost response is a failure, though the request was accepted", () => {
  const lost = request({ status: 202, fault: "lose_answer" });
  const { title, tone, notes } = describe(lost);
  assert.deepEqual([title, tone], ["POST /v1/messages → no response", "bad"]);
  assert.equal(notes[0], "accepted; the client got no response");
  assert.equal(describe(request({ status: 202, fault: "lifecycle" })).tone, "good");
  assert.deepEqual(filtered([lost, request({ status: 202 })], "failed"), [lost]);
});

test("the cause of a fault is named", () => {
  const notes = (/** @type {object} */ fields) => describe(request({ status: 503, ...fields })).notes.join();
  assert.match(notes({ fault: "status", fault_by: "rule" }), /rule: status/);
  assert.match(notes({ fault: "slow_bytes", fault_by: "magic_recipient" }), /magic recipient: slow bytes/);
  const webhook = { number: 2, event: "webhook", kind: "status", fault: "wrongly_signed", took_ms: 3, acknowledged: true };
  assert.match(describe(/** @type {any} */ (webhook)).notes.join(), /wrongly signed/);
});

test("a webhook names its status, its attempt and its end", () => {
  const webhook = { number: 2, event: "webhook", kind: "status", status: "delivered", took_ms: 3, acknowledged: false };
  const retried = describe(/** @type {any} */ ({ ...webhook, attempt: 2, answer: 500, retry_at: "2026-01-01T00:00:00Z" }));
  assert.equal(retried.title, "status webhook (delivered) → 500");
  assert.deepEqual(retried.notes, ["attempt 2", "3 ms"]);
  const ended = describe(/** @type {any} */ ({ ...webhook, attempt: 1, answer: 404 }));
  assert.match(ended.notes.join(), /not retried/);
});
