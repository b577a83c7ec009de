// A message as a command and as Rust.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import test from "node:test";

import { asCurl } from "../script/timeline/curl.js";
import { asRust } from "../script/timeline/rust.js";

const body = { channel: "sms", message_type: "text", from: "447700900001", to: "447700900000", text: "It's $HOME `x` \u202e\"#" };

/**
 * @param {object} sent
 * @param {string} path
 * @returns {any}
 */
const message = (sent, path = "/v1/messages") => ({
  direction: "outbound",
  channel: "sms",
  from: "447700900001",
  to: "447700900000",
  content: { message_type: "text", text: "content" },
  request: { method: "POST", path, auth: "basic", body: JSON.stringify(sent), status: 202, answer: "{}" },
});

test("a shell passes the body of a curl command on as it was", () => {
  const command = asCurl(message(body), "http://127.0.0.1:4040");
  assert.match(command, /^curl -X POST 'http:\/\/127\.0\.0\.1:4040\/v1\/messages'/);
  const printed = execFileSync("sh", ["-c", command.replace(/^curl/, "printf '%s\\n'")], { encoding: "utf8" });
  assert.deepEqual(JSON.parse(printed.slice(printed.indexOf("{"))), body);
});

test("a person's message is posted to the control API", () => {
  const command = asCurl({ ...message(body), direction: "inbound" }, "http://localhost");
  assert.match(command, /'http:\/\/localhost\/emulator\/v1\/inbound'/);
  assert.doesNotMatch(command, /-u /);
});

test("a plain text is written with its constructor", () => {
  const rust = asRust(message(body));
  assert.match(rust, /client\.send\(Sms::text\("447700900001", "447700900000", "It's \$HOME `x` \\u\{202e\}\\"#"\)\?\)/);
});

test("a failover names every type it uses", () => {
  const rust = asRust(message({ ...body, failover: [{ ...body, channel: "rcs" }] }));
  assert.match(rust, /use messages_sdk::types::v1::\{Message, Rcs, Sms\};/);
});

test("another message is decoded from a raw literal with enough hashes", () => {
  const rust = asRust(message({ ...body, client_ref: 'x"##' }));
  assert.match(rust, /serde_json::from_str\(r###"/);
  assert.ok(!rust.includes("\u202e"), "Rust refuses characters that turn the direction");
});
