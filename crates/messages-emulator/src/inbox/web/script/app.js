// The page: its head, the list, the phone and the timeline.

import { useEffect } from "preact/hooks";

import { ACTIVITY } from "./activity/entries.js";
import { Activity, ActivityButton } from "./activity/panel.js";
import { OpenDialog } from "./dialog.js";
import { showHelp } from "./keys.js";
import { Filters, Search } from "./list/filters.js";
import { ConversationList } from "./list/list.js";
import { button, html } from "./markup.js";
import { Notices } from "./notice.js";
import { useStore } from "./store.js";
import { ThemeButton } from "./theme.js";
import { Announcement, Phone } from "./thread/phone.js";
import { Timeline } from "./timeline/panel.js";

export function App() {
  const isActivity = useStore((state) => state.address.view === ACTIVITY);
  const isReading = useStore((state) => state.thread.id !== 0) || isActivity;
  const isInspecting = useStore((state) => state.timeline.uuid !== "");
  const unread = useStore((state) => state.list.unread);
  useEffect(() => {
    document.body.classList.toggle("reading", isReading);
    document.body.classList.toggle("inspecting", isInspecting);
  }, [isReading, isInspecting]);
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}Inbox · ${location.port}`;
  }, [unread]);
  return html`<a class="skip" href="#list">Skip to the conversations</a>
    <header class="top">
      <h1><span class="logo" aria-hidden="true"></span>Inbox</h1>
      <${Search} />
      <${Live} />
      <${ActivityButton} />
      <${ThemeButton} />
      ${button("?", { id: "help", class: "icon", "aria-label": "Keys", title: "Keys (?)" }, showHelp)}
    </header>
    <main>
      <nav class="side" aria-label="Conversations">
        <${Filters} />
        <${ConversationList} />
      </nav>
      ${isActivity
        ? html`<div class="stage"><${Activity} /></div>`
        : html`<section class="stage" aria-label="Phone"><${Phone} /></section>`}
      <${Timeline} />
    </main>
    <${Notices} />
    <${Announcement} />
    <${OpenDialog} />`;
}

function Live() {
  const isLive = useStore((state) => state.isLive);
  const words = isLive === null ? "connecting…" : isLive ? "live" : "reconnecting…";
  return html`<p id="live" class=${isLive ? "on" : ""} role="status">
    <span class="dot" aria-hidden="true"></span><span id="live-words">${words}</span>
  </p>`;
}
