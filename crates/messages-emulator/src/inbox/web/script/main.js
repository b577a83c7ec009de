// The inbox. Each module has one subject; this one starts them.

import { h, render } from "preact";

import { startAddress } from "./address.js";
import { App } from "./app.js";
import { startKeys } from "./keys.js";
import { startList } from "./list/conversations.js";
import { listen, onChange } from "./live.js";
import { notice } from "./notice.js";
import { set } from "./store.js";
import { startTheme } from "./theme.js";
import { startThread } from "./thread/messages.js";
import { startTimeline } from "./timeline/detail.js";

startAddress();
startTheme();
startKeys();
startList();
void startThread();
void startTimeline();
// A refused request leaves no message behind.
onChange(({ refused }) => {
  if (!refused) return;
  const reason = refused.problem ? ` (${refused.problem})` : "";
  notice(`${refused.method} ${refused.path}: ${refused.status}${reason}`, { tone: "bad", key: "refused" });
});
render(h(App, null), /** @type {HTMLElement} */ (document.getElementById("app")));
listen((isLive) => set({ isLive }));
