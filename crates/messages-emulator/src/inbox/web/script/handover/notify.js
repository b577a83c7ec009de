// Notifications of the browser, for a page that is not in sight. They are off until they are asked for.

import { go } from "../address.js";
import * as api from "../api.js";
import { channel, preview } from "../channels.js";
import { onChange } from "../live.js";
import { notice } from "../notice.js";
import { get, set } from "../store.js";

const STORED = "notifications";
/** The shortest time between two, in milliseconds. */
const PAUSE_MS = 2000;
let lastAt = -PAUSE_MS;

export function startNotifications() {
  try {
    set({ notifies: localStorage.getItem(STORED) === "on" && Notification.permission === "granted" });
  } catch {
    // They are off.
  }
  onChange(async ({ arrived }) => {
    const isTime = performance.now() - lastAt > PAUSE_MS;
    if (arrived === 0 || !get().notifies || document.visibilityState === "visible" || !isTime) return;
    lastAt = performance.now();
    const [newest] = (await api.messages({ direction: "outbound", limit: 1 })).messages;
    if (newest) show(newest);
  });
}

/** @param {import("../types.js").Message} message */
function show(message) {
  const title = `${channel(message.channel).name} to ${message.to}`;
  const shown = new Notification(title, { body: preview(message), tag: "inbox" });
  shown.onclick = () => {
    window.focus();
    go({ view: "", conversation: message.conversation, message: "", at: message.message_uuid });
    shown.close();
  };
}

/** @param {boolean} isWanted */
export async function setNotifications(isWanted) {
  const isGranted = isWanted && (await Notification.requestPermission()) === "granted";
  if (isWanted && !isGranted) notice("The browser does not allow notifications of this page.", { tone: "bad", key: "notify" });
  set({ notifies: isGranted });
  try {
    localStorage.setItem(STORED, isGranted ? "on" : "off");
  } catch {
    // It lasts as long as the page.
  }
}
