// A message as a test. The statements are those of `tests/it/handed_over.rs`, which is compiled and run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { asTest } from "../script/handover/expectation.js";

const compiled = readFileSync(new URL("../../../../tests/it/handed_over.rs", import.meta.url), "utf8");
/** @param {string} code */
const squeezed = (code) => code.replaceAll(/\s+/g, "").replaceAll(",)", ")");

const parties = { channel: "sms", from: "447700900001", to: "447700900000", message_type: "text" };

test("a message of the application becomes an expectation and its fixture", () => {
  const content = { message_type: "text", text: "Your code is 4711" };
  const code = asTest({ ...parties, direction: "outbound", content, status: "delivered", one_time_code: "4711" });
  assert.ok(squeezed(compiled).includes(squeezed(code)), code);
});

test("a message of the user becomes one that is injected", () => {
  const content = { message_type: "text", text: "He said \"yes\"" };
  const [from, to] = [parties.to, parties.from];
  const code = asTest({ ...parties, from, to, direction: "inbound", content });
  assert.ok(squeezed(compiled).includes(squeezed(code)), code);
});
