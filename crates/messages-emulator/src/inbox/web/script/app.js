// The page: its head, the list, the phone and the timeline.

import { useEffect } from "preact/hooks";

import { ACTIVITY } from "./activity/entries.js";
import { Activity, ActivityButton } from "./activity/panel.js";
import { openNewMessage } from "./begin.js";
import { OpenDialog } from "./dialog.js";
import { showHandover } from "./handover/panel.js";
import { showHelp } from "./keys.js";
import { Filters, Search } from "./list/filters.js";
import { ConversationList } from "./list/list.js";
import { button, html, iconButton } from "./markup.js";
import { Notices } from "./notice.js";
import { Setup, SETUP } from "./setup/panel.js";
import { UnknownWorkspace, WorkspaceSwitch } from "./setup/workspaces.js";
import { ClockChip } from "./simulate/clock.js";
import { Simulate, SIMULATE } from "./simulate/panel.js";
import { useStore } from "./store.js";
import { ThemeButton } from "./theme.js";
import { Announcement, Phone } from "./thread/phone.js";
import { Timeline } from "./timeline/panel.js";
import { toggleView } from "./view.js";

/** The icon of the tab shows no higher number. */
const UNREAD_MAX = 100;

export function App() {
  const view = useStore((state) => state.address.view);
  const isReading = useStore((state) => state.thread.id !== 0 || state.isUnknownWorkspace) || view !== "";
  const isInspecting = useStore((state) => state.timeline.uuid !== "");
  const unread = useStore((state) => state.list.unread);
  useEffect(() => {
    document.body.classList.toggle("reading", isReading);
    document.body.classList.toggle("inspecting", isInspecting);
  }, [isReading, isInspecting]);
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ""}Inbox · ${location.port}`;
    const icon = document.querySelector("link[rel=icon]");
    icon?.setAttribute("href", unread > 0 ? `/inbox/icon.svg?unread=${Math.min(unread, UNREAD_MAX)}` : "/inbox/icon.svg");
  }, [unread]);
  return html`<a class="skip" href="#list">Skip to the conversations</a>
    <header class="top">
      <h1><span class="logo" aria-hidden="true"></span>Inbox</h1>
      <${WorkspaceSwitch} />
      <${Search} />
      <${ClockChip} />
      <${Live} />
      ${iconButton("New message from a user", "plus", { id: "new", title: "New message from a user (+)" }, openNewMessage)}
      <${ActivityButton} />
      ${VIEWS.map(([key, name, letter, picture]) =>
        iconButton(name, picture, { key, id: `${key}-button`, title: `${name} (${letter})`, "aria-pressed": String(view === key) }, () => toggleView(key)),
      )}
      ${iconButton("Share", "share", { id: "handover" }, showHandover)}
      <${ThemeButton} />
      ${button("?", { id: "help", class: "icon", "aria-label": "Keys", title: "Keys (?)" }, showHelp)}
    </header>
    <main>
      <h1 class="unseen only-narrow">Inbox</h1>
      <nav class="side" aria-label="Conversations">
        <${Filters} />
        <${ConversationList} />
      </nav>
      <${Stage} />
      <${Timeline} />
    </main>
    <${Notices} />
    <${Announcement} />
    <${OpenDialog} />`;
}

/** @type {[view: string, name: string, letter: string, picture: string][]} */
const VIEWS = [
  [SIMULATE, "Simulate faults and time", "f", "bolt"],
  [SETUP, "Setup", "s", "gear"],
];

/** Beside the list: a view, or the phone. Where there is nothing to see yet, it is the setup. */
function Stage() {
  const view = useStore((state) => state.address.view);
  const isUnknown = useStore((state) => state.isUnknownWorkspace);
  const isEmpty = useStore(({ list, address, thread }) => list.total === 0 && !thread.id && !address.q && !address.channel && !address.status);
  const Shown = { [ACTIVITY]: Activity, [SIMULATE]: Simulate, [SETUP]: Setup }[view] ?? (isEmpty ? Setup : null);
  if (isUnknown) return html`<section class="stage" aria-label="Phone"><${UnknownWorkspace} /></section>`;
  return Shown
    ? html`<div class="stage"><${Shown} /></div>`
    : html`<section class="stage" aria-label="Phone"><${Phone} /></section>`;
}

function Live() {
  const isLive = useStore((state) => state.isLive);
  const words = isLive === null ? "connecting…" : isLive ? "live" : "reconnecting…";
  return html`<p id="live" class=${isLive ? "on" : ""} role="status">
    <span class="dot" aria-hidden="true"></span><span id="live-words">${words}</span>
  </p>`;
}
