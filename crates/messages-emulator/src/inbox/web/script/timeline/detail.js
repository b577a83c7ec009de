// The message whose timeline is open, with everything that has happened to it.

import { address, go, onAddress } from "../address.js";
import * as api from "../api.js";
import { onChange } from "../live.js";
import { get, set, setIn } from "../store.js";
import { runOf, stepsOfRun } from "./run.js";

/** @import { MessageDetail } from "../types.js" */

/** A run has at most so many messages, and some of them are resent. */
const RUN_MAX = 1000;

export function startTimeline() {
  onAddress((now, before) => {
    if (now.message !== before.message) void open();
  });
  onChange(async ({ everything, messages }) => {
    if (get().timeline.uuid && (everything || messages.size > 0)) await update();
  });
  return open();
}

export const closeTimeline = () => go({ message: "" });

async function open() {
  const { message: uuid } = address();
  set({ timeline: { uuid, message: undefined } });
  if (uuid) await update();
}

async function update() {
  const { uuid } = get().timeline;
  const message = await api
    .message(uuid)
    .then(withOrigin)
    .then(withRun)
    .catch(() => null);
  if (uuid !== get().timeline.uuid) return;
  setIn("timeline", { message });
  // A link may name the message alone.
  if (message && !address().conversation) go({ conversation: message.conversation }, { replace: true });
}

/**
 * A message of a journey's run gets the steps of the run, as a message of a workflow has its own.
 * @param {MessageDetail} message
 * @returns {Promise<MessageDetail>}
 */
async function withRun(message) {
  const found = runOf(message);
  if (!found || message.steps) return message;
  const { messages } = await api.messages({ q: found.run, limit: RUN_MAX });
  return { ...message, run: found.run, steps: stepsOfRun(found.run, messages) };
}

/**
 * A later step of a failover belongs to the request of the first one.
 * @param {MessageDetail} message
 * @returns {Promise<MessageDetail>}
 */
async function withOrigin(message) {
  const first = message.steps?.[0]?.message_uuid;
  if (message.request || message.direction === "inbound" || !first) return message;
  const origin = await api.message(first).catch(() => null);
  return { ...message, origin: origin?.request };
}
