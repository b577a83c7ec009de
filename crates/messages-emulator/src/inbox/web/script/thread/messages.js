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
    else if (now.message && now.message !== before.message) void reveal(now.message);
    else if (now.at !== before.at) void reveal(now.at);
  });
  onChange(async (happened) => {
    const { id, conversation } = get().thread;
    if (happened.reset) {
      if (id) await open(true);
      return;
    }
    if (conversation && (happened.everything || happened.conversations.has(id))) await update(happened);
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
      reveal: null,
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
  await reveal(address().message || address().at);
}

/**
 * Asks for the messages again; of a long conversation only for those that may have changed.
 * @param {import("../live.js").Happened} [happened]
 */
export async function update(happened) {
  const { id, depth, edition } = get().thread;
  const asked = edition + 1;
  setThread({ edition: asked });
  const isPart = happened && !happened.everything && get().thread.messages.length > PAGE;
  const part = isPart ? await changed(id, happened.messages).catch(() => null) : null;
  const found = part ?? (await newest(id, depth).catch(() => null))?.reverse();
  if (!found || get().thread.edition !== asked) return;
  const { messages, hasEarlier } = get().thread;
  // What is being read does not go because others come in.
  const shown = part ? found.slice(-Math.max(depth, GROWN_MAX)) : found;
  setThread({
    messages: kept(messages, shown),
    hasEarlier: part ? hasEarlier || shown.length < found.length : found.length === depth,
    depth: Math.max(depth, shown.length),
  });
  if (document.visibilityState === "visible") void api.seen(id).catch(() => null);
}

/** A conversation that grows while it is open has at most so many messages, or as many as were asked for. */
const GROWN_MAX = 10_000;
/** More changed messages than this are not asked for one by one. */
const SINGLE_MAX = 12;

/**
 * The known messages with the newest of the conversation and the changed ones in their places; `null` if all have to be read.
 * @param {number} id
 * @param {Set<string>} uuids
 */
async function changed(id, uuids) {
  const known = get().thread.messages;
  const latest = (await newest(id, PAGE)).reverse();
  const start = latest[0]?.id ?? 0;
  if (!known.some((message) => message.id >= start)) return null;
  const earlier = known.filter((message) => message.id < start);
  const stale = earlier.filter((message) => uuids.has(message.message_uuid));
  if (stale.length > SINGLE_MAX) return null;
  /** @type {Map<string, Message | undefined>} */
  const fresh = new Map();
  for (const { message_uuid: uuid } of stale) fresh.set(uuid, await find(id, uuid));
  return [...earlier.map((message) => fresh.get(message.message_uuid) ?? message), ...latest];
}

/**
 * @param {number} conversation
 * @param {string} uuid
 */
async function find(conversation, uuid) {
  const { messages } = await api.messages({ conversation, q: uuid });
  return messages.find((message) => message.message_uuid === uuid);
}

/**
 * Scrolls to a message, which may lie before those that are known.
 * @param {string} uuid
 */
async function reveal(uuid) {
  const { id } = get().thread;
  if (!id || !uuid) return;
  const isKnown = () => get().thread.messages.some((message) => message.message_uuid === uuid);
  if (!isKnown()) {
    const wanted = await find(id, uuid).catch(() => undefined);
    if (!wanted || get().thread.id !== id) return;
    const found = await newest(id, Infinity, wanted.id).catch(() => []);
    if (get().thread.id !== id) return;
    setThread({ depth: Math.max(get().thread.depth, found.length) });
    await update();
  }
  if (isKnown() && get().thread.id === id) setThread({ reveal: { uuid } });
}

export async function showEarlier() {
  setThread({ depth: get().thread.depth * 2 });
  await update();
}

export function scrollToEnd() {
  setThread({ toEnd: get().thread.toEnd + 1 });
}

/**
 * So many messages of a conversation, or those down to a number, the newest first, in as many responses as that takes.
 * @param {number} id
 * @param {number} count
 */
async function newest(id, count, until = 0) {
  /** @type {Message[]} */
  const found = [];
  while (found.length < count) {
    const limit = Math.min(RESPONSE_MAX, count - found.length);
    const page = await api.messages({ conversation: id, limit, older_than: found.at(-1)?.id });
    found.push(...page.messages);
    if (page.messages.length < limit || page.messages[limit - 1].id <= until) break;
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

export const closeConversation = () => go({ conversation: "", message: "", at: "" });

/** @param {Message} message */
export function toggleTimeline({ message_uuid: uuid }) {
  go({ message: address().message === uuid ? "" : uuid });
}
