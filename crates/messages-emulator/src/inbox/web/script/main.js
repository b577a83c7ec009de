// The inbox. Each module has one subject; this one starts them.

import { h, render } from "preact";

import { startActivity } from "./activity/entries.js";
import { startAddress } from "./address.js";
import { App } from "./app.js";
import { startNotifications } from "./handover/notify.js";
import { startKeys, startLetterKeys } from "./keys.js";
import { startList } from "./list/conversations.js";
import { restoreDrafts, watchInstance } from "./instance.js";
import { listen } from "./live.js";
import { startClock } from "./simulate/clock.js";
import { startSimulate } from "./simulate/panel.js";
import { set } from "./store.js";
import { startTheme } from "./theme.js";
import { startThread } from "./thread/messages.js";
import { startTimeline } from "./timeline/detail.js";

restoreDrafts();
startAddress();
startTheme();
startLetterKeys();
startKeys();
startList();
void startThread();
void startTimeline();
startActivity();
startClock();
startSimulate();
startNotifications();
render(h(App, null), /** @type {HTMLElement} */ (document.getElementById("app")));
listen((isLive) => {
  if (isLive) void watchInstance();
  set({ isLive });
});
