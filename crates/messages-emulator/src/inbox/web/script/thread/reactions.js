// Reactions and quotes: messages that are about another message.

import { object } from "../values.js";

/** @import { Message } from "../types.js" */

/** @param {Message} message */
const target = (message) => object(message.content.context).message_uuid;

/**
 * The messages that stand for themselves: a reaction stands at the message it is about, if that is in sight.
 * @param {Message[]} messages
 */
export function withoutShownReactions(messages) {
  const uuids = new Set(messages.map(({ message_uuid: uuid }) => uuid));
  return messages.filter((message) => message.message_type !== "reaction" || !uuids.has(target(message)));
}

/**
 * The last reaction of each side to each message, as one text; a reaction that was taken back counts as none.
 * @param {Message[]} messages
 * @returns {Map<string, string>}
 */
export function reactionsByTarget(messages) {
  /** @type {Map<string, Record<string, string>>} */
  const last = new Map();
  for (const message of messages) {
    if (message.message_type !== "reaction" || !target(message)) continue;
    const { action, emoji } = object(message.content.reaction);
    const shown = action === "react" && typeof emoji === "string" ? emoji : "";
    last.set(target(message), { ...last.get(target(message)), [message.direction]: shown });
  }
  return new Map([...last].map(([uuid, sides]) => [uuid, Object.values(sides).filter(Boolean).join(" ")]));
}

/**
 * The message that another one quotes, if it is in sight.
 * @param {Message} message
 * @param {Map<string, Message>} byUuid
 */
export const quotedBy = (message, byUuid) => (message.message_type === "reaction" ? undefined : byUuid.get(target(message)));
