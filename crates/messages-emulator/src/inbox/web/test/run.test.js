// Runs of journeys.

import assert from "node:assert/strict";
import test from "node:test";

import { runOf, stepsOfRun } from "../script/timeline/run.js";

const RUN = "01931b2c-7d3e-7a4b-8c5d-0011223344";

/**
 * @param {number} id
 * @param {string} reference
 * @param {string} channel
 */
const message = (id, reference, channel) =>
  /** @type {any} */ ({ id, client_ref: reference, channel, message_uuid: `uuid-${id}`, status: "delivered" });

test("a reference names the run and the number of the message in it", () => {
  assert.deepEqual(runOf(message(1, `mr0-${RUN}0a`, "sms")), { run: RUN, number: 10 });
  for (const other of [`mo0-${RUN}00`, `mr-${RUN}00`, `mr0-${RUN}`, "", undefined]) assert.equal(runOf({ client_ref: other }), null);
});

test("the steps are in their order, resent messages once, other runs not at all", () => {
  const messages = [
    message(4, `mr0-${RUN}02`, "sms"),
    message(3, `mr1-${RUN}01`, "whatsapp"),
    message(2, `mr0-${RUN}01`, "whatsapp"),
    message(1, `mr0-${RUN.replace("44", "45")}01`, "rcs"),
  ];
  assert.deepEqual(
    stepsOfRun(RUN, messages).map(({ channel, message_uuid: uuid }) => [channel, uuid]),
    [
      ["whatsapp", "uuid-3"],
      ["sms", "uuid-4"],
    ],
  );
});
