// What narrows the list: words, a channel, a state.

import { address, go, onAddress } from "./address.js";
import { CHANNELS } from "./channels.js";
import { byId, h } from "./dom.js";

/** While somebody types, the list waits this long. */
const TYPING_MS = 180;

export function startFilters() {
  const search = byId("search");
  let waiting = null;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => go({ q: search.value }, { replace: true }), TYPING_MS);
  });
  byId("status").addEventListener("change", (event) => go({ status: event.target.value }, { replace: true }));
  byId("channels").replaceChildren(choice("", "All"), ...Object.entries(CHANNELS).map(([key, { name }]) => choice(key, name)));
  byId("channels").addEventListener("change", (event) => go({ channel: event.target.value }, { replace: true }));
  onAddress(show);
  show(address());
}

function choice(key, name) {
  return h(
    "label",
    { class: "choice" },
    h("input", { type: "radio", name: "channel", value: key }),
    h("span", { "data-channel": key }, name),
  );
}

function show({ q, channel, status }) {
  const search = byId("search");
  if (document.activeElement !== search && search.value !== q) search.value = q;
  byId("status").value = status;
  for (const input of byId("channels").querySelectorAll("input")) input.checked = input.value === channel;
}
