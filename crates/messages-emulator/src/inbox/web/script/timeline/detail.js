// The message whose timeline is open, with everything that has happened to it.

import { address, go, onAddress } from "../address.js";
import * as api from "../api.js";
import { onChange } from "../live.js";
import { get, set, setIn } from "../store.js";

/** @import { MessageDetail } from "../types.js" */

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
    .catch(() => null);
  if (uuid === get().timeline.uuid) setIn("timeline", { message });
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
