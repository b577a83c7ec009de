// The keyboard. The help is made of the same table, so it cannot say anything else.

import { toggleActivity } from "./activity/entries.js";
import { go } from "./address.js";
import { openNewMessage } from "./begin.js";
import { firstFound } from "./content/found.js";
import { copy } from "./copy.js";
import { closeDialog, Dialog, isDialogOpen, openDialog } from "./dialog.js";
import { moveCursor, openNeighbour } from "./list/conversations.js";
import { button, html } from "./markup.js";
import { notice } from "./notice.js";
import { clearAll, removeAtHand } from "./remove.js";
import { SETUP } from "./setup/panel.js";
import { SIMULATE } from "./simulate/panel.js";
import { get, set, useStore } from "./store.js";
import { changeTheme } from "./theme.js";
import { closeConversation, messageAtHand, toggleTimeline } from "./thread/messages.js";
import { markRead, readAll } from "./thread/person.js";
import { moveInThread } from "./thread/phone.js";
import { closeTimeline } from "./timeline/detail.js";
import { toggleView } from "./view.js";

/** @import { Message } from "./types.js" */

const inThread = () => document.getElementById("phone")?.contains(document.activeElement);

/** @param {number} by */
const move = (by) => (inThread() ? moveInThread(by) : moveCursor(by));

/** @param {string} id */
const focus = (id) => document.getElementById(id)?.focus();

/** An action that returns `false` leaves the key to the browser. */
/** @type {{ keys: string[], does: string, act: () => unknown, inFields?: boolean }[]} */
const KEYS = [
  { keys: ["j", "ArrowDown"], does: "next conversation, or next message", act: () => move(1) },
  { keys: ["k", "ArrowUp"], does: "previous conversation, or previous message", act: () => move(-1) },
  { keys: ["Enter"], does: "opens the conversation, or the timeline of the message", act: enter },
  { keys: ["n"], does: "opens the next conversation", act: () => openNeighbour(1) },
  { keys: ["p"], does: "opens the previous conversation", act: () => openNeighbour(-1) },
  { keys: ["/"], does: "searches", act: () => focus("search") },
  { keys: ["r"], does: "answers as the person", act: () => focus("text") },
  { keys: ["l"], does: "goes to the messages", act: () => moveInThread(0) },
  { keys: ["t"], does: "timeline of the message, or of the last one", act: withMessage(toggleTimeline) },
  { keys: ["c"], does: "copies the code or the link of the message", act: copyFound },
  { keys: ["m"], does: "pressed twice: marks the message as read by the person", act: twice("m", withMessage(markRead)) },
  { keys: ["M"], does: "pressed twice: marks everything on the phone as read", act: twice("M", readAll) },
  { keys: ["+"], does: "writes a new message as a user", act: openNewMessage },
  { keys: ["a"], does: "activity: requests and webhooks", act: toggleActivity },
  { keys: ["f"], does: "faults, rules and time", act: () => toggleView(SIMULATE) },
  { keys: ["s"], does: "setup: credentials, webhook URLs, workspaces", act: () => toggleView(SETUP) },
  { keys: ["x"], does: "removes the conversation", act: removeAtHand },
  { keys: ["X"], does: "removes all messages", act: clearAll },
  { keys: ["d"], does: "changes the theme", act: changeTheme },
  { keys: ["Escape"], does: "leaves: the field, the timeline, the conversation", act: leave, inFields: true },
  { keys: ["?"], does: "shows these keys", act: showHelp },
];

/** @type {Record<string, string>} */
const SHOWN = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" };

/** @param {(message: Message) => unknown} act */
function withMessage(act) {
  return () => {
    const message = messageAtHand();
    if (message) void act(message);
  };
}

/** A second press within this time confirms the first, in milliseconds. */
const CONFIRM_MS = 4000;
let pressed = { key: "", at: -CONFIRM_MS };

/**
 * An action that posts webhooks: a slip of the finger does not.
 * @param {string} key
 * @param {() => unknown} act
 */
function twice(key, act) {
  return () => {
    const isConfirmed = pressed.key === key && performance.now() - pressed.at < CONFIRM_MS;
    pressed = { key: isConfirmed ? "" : key, at: performance.now() };
    if (isConfirmed) void act();
    else notice(`Press ${key} again to post the webhook “read” to the application.`, { key: "confirm" });
  };
}

/** Copies what the message at hand, or the row with the focus, holds. */
function copyFound() {
  const row = document.activeElement?.closest(".row");
  const chip = row?.querySelector("[data-found]");
  if (row) return chip instanceof HTMLElement ? chip.click() : notice("This message has neither a code nor a link.", { key: "copy" });
  const found = firstFound(messageAtHand());
  if (found) void copy(...found);
  else notice("This message has neither a code nor a link.", { key: "copy" });
}

/** Links and buttons have their own Enter; on a message it opens the timeline. */
function enter() {
  if (!document.activeElement?.matches(".bubble")) return false;
  withMessage(toggleTimeline)();
  return true;
}

function leave() {
  const focused = document.activeElement;
  const { message, conversation, view } = get().address;
  if (focused instanceof HTMLElement && isField(focused)) leaveField(focused);
  else if (message) closeTimeline();
  else if (view) go({ view: "" });
  else if (conversation) {
    closeConversation();
    moveCursor(0);
  }
}

/** @param {HTMLElement} field */
function leaveField(field) {
  field.blur();
  if (field.id === "text") document.getElementById("messages")?.focus();
  else if (field.id === "search") moveCursor(0);
}

/** @param {EventTarget | null} target */
const isField = (target) => target instanceof Element && target.matches("input, textarea, select");

/**
 * An element in which an arrow already has a meaning.
 * @param {EventTarget | null} target
 */
const hasArrows = (target) => target instanceof Element && target.matches("pre, .carousel, [role=radio]");

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented || isDialogOpen()) return;
    const found = KEYS.find(({ keys }) => keys.includes(event.key));
    if (!found || (isField(event.target) && !found.inFields)) return;
    if (event.key.startsWith("Arrow") && hasArrows(event.target)) return;
    if (event.key.length === 1 && event.key !== "?" && !get().hasLetterKeys) return;
    if (found.act() !== false) event.preventDefault();
  });
}

export function showHelp() {
  openDialog(() => html`<${Help} />`);
}

const LETTER_KEYS = "letter-keys";

/** Speech input and slips press letters too, so they can be switched off. */
export function startLetterKeys() {
  try {
    set({ hasLetterKeys: localStorage.getItem(LETTER_KEYS) !== "off" });
  } catch {
    // They are on.
  }
}

/** @param {Event} event */
function switchLetterKeys(event) {
  const hasLetterKeys = /** @type {HTMLInputElement} */ (event.currentTarget).checked;
  set({ hasLetterKeys });
  try {
    localStorage.setItem(LETTER_KEYS, hasLetterKeys ? "on" : "off");
  } catch {
    // It lasts as long as the page.
  }
}

function Help() {
  const hasLetterKeys = useStore((state) => state.hasLetterKeys);
  return html`<${Dialog} name="help" title="Keys">
    <dl>
      ${KEYS.map(
        ({ keys, does }) =>
          html`<dt key=${does}>${keys.map((key) => html`<kbd key=${key}>${SHOWN[key] ?? key}</kbd>`)}</dt>
            <dd>${does}</dd>`,
      )}
    </dl>
    <label class="switch">
      <input id="letter-keys" type="checkbox" checked=${hasLetterKeys} onchange=${switchLetterKeys} /> one-letter keys (
      <kbd>?</kbd> is always on)
    </label>
    <div class="ends">${button("Close", { class: "primary", autofocus: true }, closeDialog)}</div>
  <//>`;
}
