// The phone: one conversation, as the person sees it.

import { address, go, onAddress } from "./address.js";
import * as api from "./api.js";
import { bubbleKey, makeBubble } from "./bubble.js";
import { channel, preview } from "./channels.js";
import { showComposer } from "./compose.js";
import { arrange, button, byId, h, setText } from "./dom.js";
import { chooseConversation, unknownConversation } from "./empty.js";
import { counted, onDay } from "./format.js";
import { knownConversation } from "./list.js";
import { onChange } from "./live.js";
import { openConversation, setOpen } from "./open.js";
import { attempt } from "./notice.js";

const PAGE = 100;
/** How many messages an answer holds at most. */
const ANSWER = 1000;
/** Closer to the end than this, the reader follows what comes in. */
const NEAR_END = 80;

/** How many of its messages are shown. */
let depth = PAGE;
let messages = [];
/** What is shown for each message, and from which state of it. */
let bubbles = new Map();

export function startThread() {
  onAddress((now, before) => {
    if (now.conversation !== before.conversation) void show();
    else if (now.message !== before.message) markSelected();
  });
  onChange(async (happened) => {
    const open = openConversation();
    if (open && (happened.everything || happened.conversations.has(open.id))) await update(false);
  });
  return show();
}

async function show() {
  const id = Number(address().conversation);
  document.body.classList.toggle("reading", Boolean(id));
  setOpen(null);
  messages = [];
  bubbles = new Map();
  depth = PAGE;
  byId("messages").replaceChildren();
  if (!id) return showInstead(chooseConversation());
  const found = knownConversation(id) ?? (await api.conversation(id).catch(() => null));
  if (Number(address().conversation) !== id) return undefined;
  if (!found) return showInstead(unknownConversation());
  setOpen(found);
  showHead(found);
  showComposer(found);
  byId("instead").replaceChildren();
  byId("instead").hidden = true;
  byId("phone").hidden = false;
  return update(true);
}

function showInstead(hint) {
  byId("phone").hidden = true;
  byId("instead").hidden = false;
  byId("instead").replaceChildren(hint);
}

function showHead({ channel: key, person, ours }) {
  const { name, short } = channel(key);
  const phone = byId("phone");
  phone.dataset.channel = key;
  phone.setAttribute("aria-label", `${name} on the phone of ${person}`);
  const avatar = byId("phone-avatar");
  avatar.dataset.channel = key;
  setText(avatar, short);
  setText(byId("phone-ours"), ours);
  setText(byId("phone-person"), `${name} · phone of ${person}`);
}

/** Asks for the messages again and shows what has changed. */
async function update(toEnd) {
  const { id } = openConversation();
  const asked = depth;
  const found = await newest(id, asked);
  if (openConversation()?.id !== id) return;
  messages = found.reverse();
  const log = byId("messages");
  const follow = toEnd || log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
  const fromEnd = log.scrollHeight - log.scrollTop;
  draw(found.length === asked);
  if (follow) log.scrollTop = log.scrollHeight;
  else if (asked > PAGE) log.scrollTop = log.scrollHeight - fromEnd;
  if (!toEnd) announce();
  if (document.visibilityState === "visible") void api.seen(id).catch(() => null);
}

/** So many of its messages, the newest first, in as many answers as that takes. */
async function newest(id, count) {
  const found = [];
  while (found.length < count) {
    const limit = Math.min(ANSWER, count - found.length);
    const page = await api.messages({ conversation: id, limit, older_than: found.at(-1)?.id });
    found.push(...page.messages);
    if (page.messages.length < limit) break;
  }
  return found;
}

function draw(mayHaveMore) {
  const nodes = mayHaveMore ? [earlierButton()] : [];
  const known = bubbles;
  bubbles = new Map();
  const reactions = reactionsByTarget();
  let day = "";
  for (const message of messages) {
    if (isShownAtItsTarget(message)) continue;
    const today = onDay(message.at);
    if (today !== day) nodes.push(separator(today, known));
    day = today;
    const own = reactions.get(message.message_uuid) ?? [];
    const key = bubbleKey(message, own, quotedBy(message));
    const before = known.get(message.message_uuid);
    const bubble = before?.key === key ? before : { key, element: makeBubble(message, own, quotedBy(message)) };
    bubbles.set(message.message_uuid, bubble);
    nodes.push(bubble.element);
  }
  if (messages.at(-1)?.typing) nodes.push(h("li", { class: "typing" }, "The application is writing…"));
  const focused = document.activeElement?.closest(".bubble")?.dataset.uuid;
  arrange(byId("messages"), nodes);
  // A bubble that was made anew takes over the focus of the one before.
  if (document.activeElement === document.body) bubbles.get(focused)?.element.focus({ preventScroll: true });
  markSelected();
}

function separator(day, known) {
  const name = `day ${day}`;
  const made = known.get(name) ?? { element: h("li", { class: "day" }, h("span", {}, day)) };
  bubbles.set(name, made);
  return made.element;
}

function earlierButton() {
  return h(
    "li",
    { class: "earlier" },
    button("Show earlier messages", { class: "quiet" }, () => {
      depth *= 2;
      void update(false);
    }),
  );
}

const target = (message) => message.content.context?.message_uuid;
const quotedBy = (message) =>
  message.message_type === "reaction" ? undefined : messages.find((other) => other.message_uuid === target(message));

/** A reaction stands at the message it is about, if that is in sight. */
function isShownAtItsTarget(message) {
  return message.message_type === "reaction" && messages.some((other) => other.message_uuid === target(message));
}

/** The last reaction of each side to each message; one that was taken back is none. */
function reactionsByTarget() {
  const last = new Map();
  for (const message of messages) {
    if (message.message_type !== "reaction" || !target(message)) continue;
    const emoji = message.content.reaction?.action === "react" ? message.content.reaction.emoji : "";
    last.set(target(message), { ...last.get(target(message)), [message.direction]: typeof emoji === "string" ? emoji : "" });
  }
  return new Map([...last].map(([uuid, sides]) => [uuid, Object.values(sides).filter(Boolean)]));
}

function markSelected() {
  for (const [uuid, { element }] of bubbles) element.classList.toggle("selected", uuid === address().message);
}

let announced = "";

/** Screen readers hear of the newest message once; the log itself is redrawn too often to be read out. */
function announce() {
  const newest = messages.at(-1);
  if (!newest || newest.message_uuid === announced) return;
  announced = newest.message_uuid;
  setText(byId("announcement"), `${newest.direction === "inbound" ? "Sent" : "New message"}: ${preview(newest)}`);
}

/** Moves the focus from message to message. */
export function moveInThread(by) {
  const items = [...byId("messages").querySelectorAll(".bubble")];
  if (items.length === 0) return;
  const here = items.indexOf(document.activeElement?.closest(".bubble"));
  const next = here < 0 ? items.length - 1 : Math.max(0, Math.min(items.length - 1, here + by));
  items[next].focus();
  items[next].scrollIntoView({ block: "nearest" });
}

/** The message that the focus is on, or else the last one. */
export function messageAtHand() {
  const uuid = document.activeElement?.closest(".bubble")?.dataset.uuid;
  return messages.find((message) => message.message_uuid === uuid) ?? messages.at(-1) ?? null;
}

/** Everything that has arrived on the phone counts as read by the person. */
export async function readAll(setRead) {
  const unread = messages.filter((message) => message.direction === "outbound" && message.status === "delivered");
  for (const message of unread) await attempt("Mark as read", () => setRead(message));
  return counted(unread.length, "message");
}

export const closeConversation = () => go({ conversation: "", message: "" });
