// The words of rules, the lines of credentials, and commands for webhooks.

import assert from "node:assert/strict";
import test from "node:test";

globalThis.document = /** @type {any} */ ({ querySelector: () => ({ content: "" }) });
const { nowOf, paceWords } = await import("../script/simulate/clock.js");
const { ACTIONS } = await import("../script/simulate/actions.js");
const { environment } = await import("../script/setup/env.js");
const { webhookCurl } = await import("../script/timeline/curl.js");
const { events } = await import("../script/timeline/events.js");
const { actionWords, appliedWords, whenWords } = await import("../script/words.js");

test("an action is one line of words", () => {
  for (const [then, words] of /** @type {[any, string][]} */ ([
    ["lose_answer", "lose answer"],
    [{ reject: { code: 1050 } }, "reject 1050"],
    [{ status: { status: 429, retry_after: 3 } }, "status 429, retry after 3"],
    [{ webhooks: { late: { ms: 30_000 } } }, "webhooks late 30 s"],
    [{ webhooks: "wrongly_signed" }, "webhooks wrongly signed"],
    [ACTIONS.script, "script submitted, rejected"],
    [ACTIONS.webhook_outage, "webhook outage for 1800 s"],
  ])) {
    assert.equal(actionWords(then), words);
  }
  for (const action of Object.values(ACTIONS)) assert.doesNotMatch(actionWords(action), /object|undefined|_/);
});

test("a rule says when it matches and a magic recipient that it is one", () => {
  assert.equal(whenWords({}), "always");
  assert.equal(whenWords({ to: "4477*", first: 1 }), "to 4477*, first 1");
  const rule = { when: { to: "4477*" }, then: "silence" };
  assert.equal(appliedWords({ by: "rule", rule }), "Rule (to 4477*): silence");
  assert.equal(appliedWords({ by: "magic_recipient", rule }), "Magic recipient: silence");
});

const credentials = { api_key: "emulator", application_id: "aaaa-bbbb", api_secret: "it's $5", signature_secret: "00ff" };

test("credentials are set in each shell, and hidden until they are asked for", () => {
  assert.equal(
    environment(credentials, "export", true),
    "export VONAGE_API_KEY='emulator'\nexport VONAGE_API_SECRET='it'\\''s $5'\nexport VONAGE_APPLICATION_ID='aaaa-bbbb'\nexport VONAGE_SIGNATURE_SECRET='00ff'",
  );
  assert.match(environment(credentials, ".env", true), /^VONAGE_API_KEY=emulator\nVONAGE_API_SECRET="it's \$5"\n/);
  assert.match(environment(credentials, "PowerShell", true), /^\$env:VONAGE_API_KEY = 'emulator'\n\$env:VONAGE_API_SECRET = 'it''s \$5'\n/);
  for (const format of /** @type {const} */ (["export", ".env", "PowerShell"])) {
    assert.doesNotMatch(environment(credentials, format, false), /\$5|00ff/);
  }
});

test("a secret that was given at the start has no line of its own", () => {
  const { api_key, application_id } = credentials;
  assert.match(environment({ api_key, application_id }, "export", true), /^# VONAGE_API_SECRET: as given to the emulator$/m);
});

test("a webhook as a command has its signature, or none", () => {
  const webhook = { url: "http://127.0.0.1:3000/status", body: '{"text":"it\'s"}' };
  const signed = webhookCurl({ ...webhook, authorization: "Bearer abc" });
  assert.match(signed, /-H 'Authorization: Bearer abc'/);
  assert.match(signed, /-d '\{"text":"it'\\''s"\}'$/);
  assert.doesNotMatch(webhookCurl(webhook), /Authorization/);
});

test("a timeline shows what acted, a lost response, and a dropped webhook", () => {
  const request = { method: "POST", path: "/v1/messages", auth: "basic", body: "{}", status: 202, answer: "{}" };
  const attempts = [{ at: "2026-01-01T00:00:00Z", took_ms: 2, status: 500 }, { at: "2026-01-01T00:00:05Z", took_ms: 2, status: 200 }];
  const webhook = { kind: "status", url: "http://127.0.0.1/", body: '{"status":"delivered"}' };
  const shown = events(
    /** @type {any} */ ({
      at: "2026-01-01T00:00:00Z",
      direction: "outbound",
      request,
      applied: [{ by: "rule", rule: { when: {}, then: "lose_answer" } }],
      history: [],
      webhooks: [
        { ...webhook, id: 7, state: "acknowledged", attempts },
        { ...webhook, id: 8, state: "dropped", attempts: [] },
      ],
    }),
  );
  assert.deepEqual(
    shown.map(({ title, webhook }) => [title, webhook]),
    [
      ["POST /v1/messages → no response", undefined],
      ["Rule (always): lose answer", undefined],
      ["status webhook (delivered) → 500", undefined],
      ["status webhook (delivered) → 200", 7],
      ["status webhook (delivered) was dropped on purpose", 8],
    ],
  );
  assert.match(shown[0].note ?? "", /accepted; the client got no response/);
});

test("the clock goes as fast as it says, and is named when it is not real time", () => {
  const clock = { now: "2026-01-01T00:00:00.000Z", speed: 60, stepped: false };
  assert.equal(nowOf(clock, 1000).toISOString(), "2026-01-01T00:01:00.000Z");
  assert.equal(nowOf({ now: clock.now, stepped: true }, 1000).toISOString(), clock.now);
  assert.equal(paceWords(clock), "×60");
  assert.equal(paceWords({ now: clock.now, stepped: true }), "paused");
  assert.equal(paceWords({ now: clock.now, speed: 1, stepped: false }), "moved");
  assert.equal(paceWords({ now: clock.now, speed: 1, stepped: false }, new Date()), null);
});
