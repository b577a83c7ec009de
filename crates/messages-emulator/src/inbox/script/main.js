// The inbox. Each module has one subject; this one starts them.

import { startComposer } from "./compose.js";
import { byId, setText } from "./dom.js";
import { startFilters } from "./filters.js";
import { startKeys } from "./keys.js";
import { startList } from "./list.js";
import { listen, onChange } from "./live.js";
import { notice } from "./notice.js";
import { closeConversation, startThread } from "./thread.js";
import { startTimeline } from "./timeline.js";

function showState(isLive) {
  setText(byId("live-words"), isLive ? "live" : "reconnecting…");
  byId("live").classList.toggle("on", isLive);
}

/** A request that was refused left no message behind: this is the only place where it is seen. */
function showRefused({ refused }) {
  if (!refused) return;
  const reason = refused.problem ? ` (${refused.problem})` : "";
  notice(`${refused.method} ${refused.path} was answered ${refused.status}${reason}`, { tone: "bad", key: "refused" });
}

byId("back").addEventListener("click", closeConversation);
startFilters();
startComposer();
startKeys();
startList();
onChange(showRefused);
void startThread();
void startTimeline();
listen(showState);
