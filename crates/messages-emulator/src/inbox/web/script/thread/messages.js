// The messages of the open conversation.

import { address, go, onAddress } from "../address.js";
import * as api from "../api.js";
import { knownConversation } from "../list/conversations.js";
import { onChange } from "../live.js";
import { get, set, setIn } from "../store.js";

/** @import { Conversation, Draft, Message } from "../types.js" */
/** @import { Thread } from "../store.js" */

const PAGE = 100;
/** Most messages in a response of the API. */
const RESPONSE_MAX = 1000;

/** @param {Partial<Thread>} changes */
const setThread = (changes) => setIn("thread", changes);

export function startThread() {
  onAddress((now, before) => {
    if (now.conversation !== before.conversation) void open();
  });
  onChange(async (happened) => {
    const { id, conversation } = get().thread;
    if (happened.reset) {
      if (id) await open(true);
      return;
    }
    if (conversation && (happened.everything || happened.conversations.has(id))) await update();
  });
  return open();
}

/**
 * Opens the conversation of the address; after a reset the list still has those of before.
 * @param {boolean} isReset
 */
async function open(isReset = false) {
  const id = Number(address().conversation) || 0;
  const known = id && !isReset ? knownConversation(id) : null;
  const { edition, toEnd } = get().thread;
  set({
    thread: {
      id,
      conversation: known ?? (id ? undefined : null),
      messages: [],
      hasEarlier: false,
      depth: PAGE,
      edition: edition + 1,
      toEnd: toEnd + 1,
    },
  });
  if (!id) return;
  if (!known) {
    const found = await api.conversation(id).catch(() => null);
    if (get().thread.id !== id) return;
    setThread({ conversation: found });
    if (!found) return;
  }
  await update();
}

/** Asks for the messages again. */
export async function update() {
  const { id, depth, edition } = get().thread;
  const asked = edition + 1;
  setThread({ edition: asked });
  const found = await newest(id, depth).catch(() => null);
  if (!found || get().thread.edition !== asked) return;
  setThread({ messages: kept(get().thread.messages, found.reverse()), hasEarlier: found.length === depth });
  if (document.visibilityState === "visible") void api.seen(id).catch(() => null);
}

export async function showEarlier() {
  setThread({ depth: get().thread.depth * 2 });
  await update();
}

export function scrollToEnd() {
  setThread({ toEnd: get().thread.toEnd + 1 });
}

/**
 * So many messages of a conversation, the newest first, in as many responses as that takes.
 * @param {number} id
 * @param {number} count
 */
async function newest(id, count) {
  /** @type {Message[]} */
  const found = [];
  while (found.length < count) {
    const limit = Math.min(RESPONSE_MAX, count - found.length);
    const page = await api.messages({ conversation: id, limit, older_than: found.at(-1)?.id });
    found.push(...page.messages);
    if (page.messages.length < limit) break;
  }
  return found;
}

/**
 * The new messages; where nothing has changed the very object from before, so that its bubble is not drawn again.
 * @param {Message[]} before
 * @param {Message[]} now
 */
export function kept(before, now) {
  const known = new Map(before.map((message) => [message.message_uuid, message]));
  return now.map((message) => {
    const same = known.get(message.message_uuid);
    return same && JSON.stringify(same) === JSON.stringify(message) ? same : message;
  });
}

/** @type {Draft} */
const EMPTY = { text: "", quoted: null };

/**
 * The key of a draft. After a restart of the emulator an ID may name a conversation of other parties.
 * @param {Conversation} conversation
 */
const draftKey = ({ channel, ours, person }) => JSON.stringify([channel, ours, person]);

/** @param {Conversation} conversation */
export const draftOf = (conversation) => get().drafts[draftKey(conversation)] ?? EMPTY;

/**
 * Stores what is written but not sent.
 * @param {Conversation} conversation
 * @param {Partial<Draft>} changes
 */
export function setDraft(conversation, changes) {
  set({ drafts: { ...get().drafts, [draftKey(conversation)]: { ...draftOf(conversation), ...changes } } });
}

/**
 * The message with the focus, or else the last one.
 * @returns {Message | null}
 */
export function messageAtHand() {
  const bubble = document.activeElement?.closest(".bubble");
  const uuid = bubble instanceof HTMLElement ? bubble.dataset.uuid : "";
  const { messages } = get().thread;
  return messages.find((message) => message.message_uuid === uuid) ?? messages.at(-1) ?? null;
}

export const closeConversation = () => go({ conversation: "", message: "" });

/** @param {Message} message */
export function toggleTimeline({ message_uuid: uuid }) {
  go({ message: address().message === uuid ? "" : uuid });
}
