// The keyboard. The help is made of the same table, so it cannot say anything else.

import { address } from "./address.js";
import { toggleTimeline } from "./bubble.js";
import { reportsRead } from "./channels.js";
import { byId, h } from "./dom.js";
import { moveCursor, openNeighbour } from "./list.js";
import { markRead } from "./person.js";
import { closeConversation, messageAtHand, moveInThread, readAll } from "./thread.js";
import { labelTheme, nextTheme } from "./theme.js";
import { closeTimeline } from "./timeline.js";
import { notice } from "./notice.js";

const inThread = () => byId("phone").contains(document.activeElement);
const move = (by) => (inThread() ? moveInThread(by) : moveCursor(by));

const KEYS = [
  { keys: ["j", "ArrowDown"], does: "next conversation, or next message", act: () => move(1) },
  { keys: ["k", "ArrowUp"], does: "previous conversation, or previous message", act: () => move(-1) },
  { keys: ["Enter"], does: "opens the conversation, or the timeline of the message", act: enter },
  { keys: ["n"], does: "opens the next conversation", act: () => openNeighbour(1) },
  { keys: ["p"], does: "opens the previous conversation", act: () => openNeighbour(-1) },
  { keys: ["/"], does: "searches", act: () => byId("search").focus() },
  { keys: ["r"], does: "answers as the person", act: () => byId("text").focus() },
  { keys: ["l"], does: "goes to the messages", act: () => moveInThread(0) },
  { keys: ["t"], does: "timeline of the message, or of the last one", act: withMessage(toggleTimeline) },
  { keys: ["m"], does: "marks the message as read by the person", act: withMessage(read) },
  {
    keys: ["M"],
    does: "marks everything on the phone as read",
    act: async () => notice(`Marked as read: ${await readAll(markRead)}.`, { key: "read" }),
  },
  { keys: ["d"], does: "changes the theme", act: changeTheme },
  { keys: ["Escape"], does: "leaves: the field, the timeline, the conversation", act: leave, inFields: true },
  { keys: ["?"], does: "shows these keys", act: showHelp },
];

const SHOWN = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

function withMessage(act) {
  return () => {
    const message = messageAtHand();
    if (message) act(message);
  };
}

function read(message) {
  if (message.direction === "outbound" && reportsRead(message.channel)) void markRead(message);
}

/** Links and buttons have their own Enter; on a message it opens the timeline. */
function enter() {
  if (!document.activeElement?.matches(".bubble")) return false;
  withMessage(toggleTimeline)();
  return true;
}

function leave() {
  const focused = document.activeElement;
  if (isField(focused)) focused.blur();
  else if (address().message) closeTimeline();
  else if (address().conversation) {
    closeConversation();
    moveCursor(0);
  }
}

function changeTheme() {
  const name = nextTheme();
  labelTheme(byId("theme"));
  notice(`Theme: ${name}`, { key: "theme" });
}

const isField = (element) => element?.matches?.("input, textarea, select") ?? false;

/** Where an arrow already means something. */
const hasArrows = (element) => element?.matches?.("pre, .carousel, [role=radio]") ?? false;

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const found = KEYS.find(({ keys }) => keys.includes(event.key));
    if (!found || (isField(event.target) && !found.inFields)) return;
    if (event.key.startsWith("Arrow") && hasArrows(event.target)) return;
    if (found.act() !== false) event.preventDefault();
  });
  byId("search").addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    moveCursor(0);
  });
  byId("help").addEventListener("click", showHelp);
  byId("theme").addEventListener("click", changeTheme);
  labelTheme(byId("theme"));
}

function showHelp() {
  const rows = KEYS.map(({ keys, does }) => [
    h(
      "dt",
      {},
      keys.map((key) => h("kbd", {}, SHOWN[key] ?? key)),
    ),
    h("dd", {}, does),
  ]);
  const dialog = h(
    "dialog",
    { class: "help", "aria-labelledby": "help-title" },
    h("h2", { id: "help-title" }, "Keys"),
    h("dl", {}, rows),
    h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
