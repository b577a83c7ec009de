// Pictures: from this machine they are shown at once, others when they are asked for, in a frame of their own.

import { useState } from "preact/hooks";

import { button, html } from "../markup.js";

const LOOPBACK = ["127.0.0.1", "localhost"];

/** @param {string} url */
function parsed(url) {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}

/** @param {string} url */
export const isLocal = (url) => {
  const address = parsed(url);
  return address?.protocol === "http:" && LOOPBACK.includes(address.hostname);
};

/** @param {{ url: string, description?: string }} properties */
export function Picture({ url, description = "" }) {
  const [isAsked, setAsked] = useState(false);
  const [isBroken, setBroken] = useState(false);
  if (isLocal(url)) {
    if (isBroken) return html`<span class="small">The picture cannot be loaded.</span>`;
    return html`<img
      class="picture"
      src=${url}
      alt=${description}
      loading="lazy"
      referrerpolicy="no-referrer"
      onerror=${() => setBroken(true)}
    />`;
  }
  if (!/^https?:$/.test(parsed(url)?.protocol ?? "")) return null;
  if (!isAsked) {
    const host = parsed(url)?.host;
    return button("Show the picture", { class: "quiet", title: `Loads it from ${host}` }, () => setAsked(true));
  }
  return html`<iframe
    class="picture"
    title=${description || "Picture"}
    sandbox=""
    referrerpolicy="no-referrer"
    src=${`/inbox/picture?url=${encodeURIComponent(url)}`}
  />`;
}
