// Texts that are derived from messages.

import assert from "node:assert/strict";
import test from "node:test";

import { kindName, preview } from "../script/channels.js";
import { readable } from "../script/content/readable.js";
import { events } from "../script/timeline/events.js";
import { reactionsByTarget, withoutShownReactions } from "../script/thread/reactions.js";
import { list, object, table, text } from "../script/values.js";

/** @param {object} fields */
const message = (fields) => /** @type {any} */ ({ message_type: "text", text: "", content: {}, direction: "outbound", ...fields });

test("a preview is the first line that says something", () => {
  assert.equal(preview(message({ text: "\n \nHello\nthere" })), "Hello");
  assert.equal(preview(message({ message_type: "image", text: "A cat" })), "Photo: A cat");
  assert.equal(preview(message({ revoked: true, text: "x" })), "Taken back");
  const email = { channel: "email", message_type: "html", text: "<html>", content: { email: { subject: "Your table" } } };
  assert.equal(preview(message(email)), "Email: Your table");
  assert.equal(kindName("constructor"), "constructor");
});

test("the text of an HTML document", () => {
  const html = "<head><style>p{}</style></head><p>a &amp; b&nbsp;c&#x21;</p><script>x</script><ul><li>one<li>two</ul>&unknown;";
  assert.equal(readable(html), "a & b\u00a0c!\n\n• one\n• two\n&unknown;");
  assert.equal(readable("&#x110000;"), "&#x110000;");
});

test("values of the wrong type are empty, and tables have no inherited names", () => {
  assert.deepEqual([text(null), text(0), text({}), list("ab"), object([1])], ["", "0", "", [], {}]);
  assert.equal(table({ a: 1 }).valueOf, undefined);
});

test("a reaction stands at its message, the last one of each side", () => {
  const about = { message_uuid: "m" };
  const reaction = (/** @type {string} */ emoji, action = "react") =>
    message({ message_type: "reaction", message_uuid: emoji, content: { context: about, reaction: { action, emoji } } });
  const target = message({ message_uuid: "m" });
  assert.deepEqual(withoutShownReactions([target, reaction("a")]), [target]);
  assert.equal(withoutShownReactions([reaction("a")]).length, 1);
  assert.equal(reactionsByTarget([target, reaction("a"), reaction("b")]).get("m"), "b");
  assert.equal(reactionsByTarget([target, reaction("a"), reaction("a", "unreact")]).get("m"), "");
});

test("a timeline is in the order of time, with what is still to come last", () => {
  const attempts = [{ at: "2026-01-01T00:00:02Z", took_ms: 3, status: 500 }];
  const told = events(
    message({
      at: "2026-01-01T00:00:00Z",
      history: [
        { at: "2026-01-01T00:00:01Z", status: "submitted" },
        { at: "2026-01-01T00:00:03Z", status: "rejected", code: 1050 },
      ],
      webhooks: [{ kind: "status", url: "http://127.0.0.1/", body: "{}", state: "retrying", attempts }],
    }),
  );
  const titles = ["The failover came to this step", "submitted", "status webhook → 500", "rejected · error 1050"];
  assert.deepEqual(told.map(({ title }) => title), [...titles, "status webhook will be retried"]);
});
