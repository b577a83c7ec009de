// The phone: one conversation, as the person sees it.

import { resendFailed } from "../again.js";
import { channel, preview } from "../channels.js";
import { button, html, iconButton } from "../markup.js";
import { removeAtHand } from "../remove.js";
import { useStore } from "../store.js";
import { Composer } from "./compose.js";
import { Log } from "./log.js";
import { closeConversation } from "./messages.js";

/** @import { Conversation } from "../types.js" */

export function Phone() {
  const thread = useStore((state) => state.thread);
  const selected = useStore((state) => state.address.message);
  const found = useStore((state) => state.address.at);
  const { conversation } = thread;
  if (!conversation) {
    return html`<div id="instead">${thread.id ? conversation === null && gone() : chooseConversation()}</div>
      <article id="phone" hidden></article>`;
  }
  const { name } = channel(conversation.channel);
  return html`<article id="phone" data-channel=${conversation.channel} aria-label=${`${name} on the phone of ${conversation.person}`}>
    ${head(conversation)}
    ${thread.messages.some((message) => message.webhook_failed) &&
    html`<p class="thread-failed" role="status">
      ⚠ Your application did not accept a webhook.
      ${button("Post again", { class: "quiet" }, () => resendFailed({ conversation: conversation.id }))}
    </p>`}
    <${Log} key=${conversation.id} thread=${thread} selected=${selected} found=${found} />
    <${Composer} key=${`composer ${conversation.id}`} conversation=${conversation} />
  </article>`;
}

/** @param {Conversation} conversation */
function head({ channel: key, person, ours }) {
  const { name, short } = channel(key);
  return html`<header class="phone-head">
    ${button("‹", { id: "back", class: "icon", "aria-label": "Back to the list", title: "Back to the list (Esc)" }, closeConversation)}
    <span class="avatar" aria-hidden="true" data-channel=${key}>${short}</span>
    <div>
      <h2 id="phone-ours">${ours}</h2>
      <p id="phone-person">${name} · phone of ${person}</p>
    </div>
    ${iconButton("Remove the conversation (x)", "trash", { id: "remove" }, removeAtHand)}
  </header>`;
}

/** Screen readers hear of the newest message once; the log itself is redrawn too often to be read out. */
export function Announcement() {
  const newest = useStore(({ thread }) => thread.messages.at(-1));
  const said = newest ? `${newest.direction === "inbound" ? "Sent" : "New message"}: ${preview(newest)}` : "";
  return html`<p id="announcement" class="unseen" aria-live="polite">${said}</p>`;
}

/**
 * Moves the focus from message to message.
 * @param {number} by
 */
export function moveInThread(by) {
  const items = [...document.querySelectorAll("#messages .bubble")];
  if (items.length === 0) return;
  const here = items.findIndex((item) => item.contains(document.activeElement));
  const next = here < 0 ? items.length - 1 : Math.max(0, Math.min(items.length - 1, here + by));
  /** @type {HTMLElement} */ (items[next]).focus();
  items[next].scrollIntoView({ block: "nearest" });
}

function chooseConversation() {
  return html`<div class="hint">
    <h2>Choose a conversation</h2>
    <p>
      You see it as the person does, on their phone: answer, tap a suggestion, react, share a place. Your application receives it as
      a signed webhook.
    </p>
    <p>
      <kbd>j</kbd> <kbd>k</kbd> move · <kbd>Enter</kbd> opens · <kbd>/</kbd> searches · <kbd>?</kbd> shows all keys
    </p>
  </div>`;
}

function gone() {
  return html`<div class="hint">
    <h2>This conversation is gone</h2>
    <p>The emulator was reset or restarted, or has discarded its oldest messages.</p>
    ${button("Back to the list", { class: "primary" }, closeConversation)}
  </div>`;
}
