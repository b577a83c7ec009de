// What a message's content is drawn as.

import assert from "node:assert/strict";
import test from "node:test";

import { formatted } from "../script/content/formatting.js";
import { firstFound } from "../script/content/found.js";
import { parameterText } from "../script/content/parameters.js";
import { isLocal } from "../script/content/picture.js";
import { encodingOf, segmentsOf } from "../script/content/segments.js";

/** @type {(node: any) => any} */
const written = (node) => {
  if (Array.isArray(node)) return node.map(written).join("");
  if (typeof node !== "object" || node === null) return String(node ?? "");
  const children = written(node.props.children);
  const name = node.type === "p" ? "" : node.type;
  return name ? `<${name}>${children}</${name}>` : children;
};

test("the markup of WhatsApp texts becomes elements", () => {
  for (const [text, expected] of [
    ["plain * text _ here", "plain * text _ here"],
    ["*bold* and _it_, ~gone~!", "<strong>bold</strong> and <em>it</em>, <s>gone</s>!"],
    ["*_both_*", "<strong><em>both</em></strong>"],
    ["2*3*4 snake_case_name", "2*3*4 snake_case_name"],
    ["* no *", "<ul><li>no *</li></ul>"],
    ["```a *b*\nc``` d", "<code>a *b*\nc</code> d"],
    ["`x_y_z` _i_", "<code>x_y_z</code> <em>i</em>"],
    ["- a\n- *b*\nend", "<ul><li>a</li><li><strong>b</strong></li></ul>end"],
    ["1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"],
    ["2026. A year", "2026. A year"],
    ["5. May", "5. May"],
    ["> said\nanswered", "<blockquote>said</blockquote>answered"],
    ["*<script>*", "<strong><script></strong>"],
  ]) {
    assert.equal(written(formatted(text)), expected, text);
  }
  const hostile = "*_~".repeat(2000) + "x" + "~_*".repeat(2000);
  const start = performance.now();
  assert.ok(formatted(hostile).length > 0);
  assert.ok(performance.now() - start < 1000);
});

test("a parameter of each type has its text", () => {
  for (const [parameter, expected] of [
    ["Jane", "Jane"],
    [7, "7"],
    [{ default: "Jane" }, "Jane"],
    [{ type: "text", text: "Jane" }, "Jane"],
    [{ type: "currency", currency: { fallback_value: "€12.50", code: "EUR", amount_1000: 12500 } }, "€12.50"],
    [{ type: "currency", currency: { code: "EUR", amount_1000: 12500 } }, "12.5 EUR"],
    [{ type: "date_time", date_time: { fallback_value: "25 December" } }, "25 December"],
    [{ type: "coupon_code", coupon_code: "XMAS" }, "XMAS"],
    [{ type: "action", action: { a: 1 } }, '{"type":"action","action":{"a":1}}'],
    [null, "null"],
  ]) {
    assert.equal(parameterText(parameter), expected);
  }
});

test("the segments of an SMS have a reason", () => {
  const sms = (/** @type {string} */ text, segments = 1, options = {}) =>
    segmentsOf(/** @type {any} */ ({ sms_segments: segments, content: { text, ...options } }));
  assert.equal(sms("Hello")?.isWorthTelling, false);
  assert.equal(sms("It’s ready", 1)?.short, "1 segment · UCS-2 because of “’”");
  assert.equal(sms("a".repeat(161), 2)?.short, "2 segments · GSM-7");
  assert.equal(sms("a".repeat(161), 2)?.long, "2 × 153 places of GSM-7: 161 of 306 used");
  assert.match(sms("’")?.long ?? "", /1 of 70 used \(U\+2019 is not in GSM-7, which has 160\)/);
  assert.equal(sms("Hi", 1, { sms: { encoding_type: "unicode" } })?.short, "1 segment · UCS-2, as asked for");
  assert.deepEqual(encodingOf("a€"), { isUnicode: false, foreign: undefined, units: 3 });
  assert.equal(encodingOf("👍").foreign, "👍");
});

test("codes and links of the application's messages are copied, and pictures of this machine are shown", () => {
  const message = (/** @type {object} */ fields) => /** @type {any} */ ({ direction: "outbound", ...fields });
  assert.deepEqual(firstFound(message({ one_time_code: "4711", links: ["https://a.example"] })), ["Code", "4711"]);
  assert.deepEqual(firstFound(message({ links: ["https://a.example"] })), ["Link", "https://a.example"]);
  assert.equal(firstFound(message({})), null);
  assert.equal(firstFound(message({ direction: "inbound", one_time_code: "4711" })), null);
  for (const [url, expected] of [
    ["http://127.0.0.1:8000/a.png", true],
    ["http://localhost/a.png", true],
    ["https://localhost/a.png", false],
    ["http://localhost.example/a.png", false],
    ["http://127.0.0.1@example.com/a.png", false],
    ["javascript:alert(1)", false],
    ["", false],
  ]) {
    assert.equal(isLocal(/** @type {string} */ (url)), expected, String(url));
  }
});
