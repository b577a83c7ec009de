// The messages of one run of a journey, over all its channels.
//
// The reference of each is `mr`, a digit that counts its resends, and a UUID: all UUIDs of a run are equal but for the last
// byte, which is the number of the message in the run.

/** @import { Message, Step } from "../types.js" */

const REFERENCE = /^mr\d-([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{10})([0-9a-f]{2})$/;

/**
 * The run that a message belongs to and its number there; `null` without such a reference.
 * @param {Pick<Message, "client_ref">} message
 */
export function runOf({ client_ref: reference = "" }) {
  const found = REFERENCE.exec(reference);
  return found && { run: found[1], number: parseInt(found[2], 16) };
}

/**
 * The steps of a run in their order; of a message that was resent, the last one.
 * @param {string} run
 * @param {Message[]} messages
 * @returns {Step[]}
 */
export function stepsOfRun(run, messages) {
  /** @type {Map<number, Message>} */
  const byNumber = new Map();
  for (const message of messages) {
    const found = runOf(message);
    if (found?.run !== run) continue;
    const known = byNumber.get(found.number);
    if (!known || known.id < message.id) byNumber.set(found.number, message);
  }
  const inOrder = [...byNumber].sort(([one], [other]) => one - other);
  return inOrder.map(([, { channel, message_uuid, status }]) => ({ channel, message_uuid, status }));
}
