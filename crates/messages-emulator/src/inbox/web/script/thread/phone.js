// The phone: one conversation, as the person sees it.

import { Component } from "preact";

import { resendFailed } from "../again.js";
import { channel, preview } from "../channels.js";
import { onDay } from "../format.js";
import { button, html, iconButton } from "../markup.js";
import { removeAtHand } from "../remove.js";
import { useStore } from "../store.js";
import { Bubble } from "./bubble.js";
import { Composer } from "./compose.js";
import { closeConversation, showEarlier } from "./messages.js";
import { quotedBy, reactionsByTarget, withoutShownReactions } from "./reactions.js";

/** @import { Conversation, Message } from "../types.js" */
/** @import { Thread } from "../store.js" */

/** Within this distance of the end, in pixels, the reader follows what comes in. */
const NEAR_END = 80;

export function Phone() {
  const thread = useStore((state) => state.thread);
  const selected = useStore((state) => state.address.message);
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
    <${Log} key=${conversation.id} thread=${thread} selected=${selected} />
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

/** @extends {Component<{ thread: Thread, selected: string }, { cursor: string }>} */
class Log extends Component {
  state = { cursor: "" };
  /** @type {HTMLElement | null} */
  element = null;

  componentDidMount() {
    this.scrollToEnd();
  }

  getSnapshotBeforeUpdate() {
    const { scrollHeight, scrollTop, clientHeight } = /** @type {HTMLElement} */ (this.element);
    const fromEnd = scrollHeight - scrollTop;
    return { fromEnd, isAtEnd: fromEnd - clientHeight < NEAR_END };
  }

  /**
   * @param {{ thread: Thread }} before
   * @param {object} _state
   * @param {{ fromEnd: number, isAtEnd: boolean }} scrolled
   */
  componentDidUpdate(before, _state, { fromEnd, isAtEnd }) {
    const { thread } = this.props;
    if (thread.messages === before.thread.messages && thread.toEnd === before.thread.toEnd) return;
    const log = /** @type {HTMLElement} */ (this.element);
    const hasEarlier = thread.messages[0]?.id < before.thread.messages[0]?.id;
    if (isAtEnd || thread.toEnd !== before.thread.toEnd) this.scrollToEnd();
    else if (hasEarlier) log.scrollTop = log.scrollHeight - fromEnd;
  }

  scrollToEnd() {
    const log = /** @type {HTMLElement} */ (this.element);
    log.scrollTop = log.scrollHeight;
  }

  /** @param {FocusEvent} event */
  focused = (event) => {
    const bubble = /** @type {Element} */ (event.target).closest(".bubble");
    if (bubble instanceof HTMLElement) this.setState({ cursor: bubble.dataset.uuid ?? "" });
  };

  render() {
    const { messages, hasEarlier } = this.props.thread;
    return html`<ol
      id="messages"
      tabindex="0"
      aria-label="Messages"
      ref=${(/** @type {HTMLElement | null} */ element) => (this.element = element)}
      onfocusin=${this.focused}
    >
      ${hasEarlier &&
      html`<li key="earlier" class="earlier">${button("Show earlier messages", { class: "quiet" }, showEarlier)}</li>`}
      ${this.bubbles()}
      ${messages.at(-1)?.typing && html`<li key="typing" class="typing">The application is writing…</li>`}
    </ol>`;
  }

  bubbles() {
    const { thread, selected } = this.props;
    const { messages } = thread;
    const shown = withoutShownReactions(messages);
    const reactions = reactionsByTarget(messages);
    const byUuid = new Map(messages.map((message) => [message.message_uuid, message]));
    const stop = byUuid.has(this.state.cursor) ? this.state.cursor : shown.at(-1)?.message_uuid;
    const items = [];
    let day = "";
    for (const message of shown) {
      const { message_uuid: uuid, at } = message;
      if (onDay(at) !== day) {
        day = onDay(at);
        items.push(html`<li key=${`day ${day}`} class="day"><span>${day}</span></li>`);
      }
      items.push(
        html`<${Bubble}
          key=${uuid}
          message=${message}
          reactions=${reactions.get(uuid) ?? ""}
          quoted=${quotedBy(message, byUuid)}
          isSelected=${uuid === selected}
          isStop=${uuid === stop}
        />`,
      );
    }
    return items;
  }
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
