// The messages on the phone. Of a long conversation only a part is drawn.

import { Component } from "preact";

import { onDay } from "../format.js";
import { button, html } from "../markup.js";
import { Bubble } from "./bubble.js";
import { showEarlier } from "./messages.js";
import { quotedBy, reactionsByTarget, withoutShownReactions } from "./reactions.js";
import { Heights } from "./window.js";

/** @import { Message } from "../types.js" */
/** @import { Thread } from "../store.js" */
/** @import { Range } from "./window.js" */

/** Within this distance of the end, in pixels, the reader follows what comes in. */
const NEAR_END = 80;
/** A conversation of at most so many messages is drawn whole: what is unfolded in it stays so wherever it is scrolled to. */
const WHOLE_MAX = 100;
/** Share of the phone's height above a message that is scrolled to. */
const ABOVE_REVEALED = 0.3;

/** @typedef {{ key: string, message?: Message, day?: string }} Item */
/** @typedef {{ key: string, offset: number } | null} Anchor */

/** @extends {Component<{ thread: Thread, selected: string, found: string }, { cursor: string }>} */
export class Log extends Component {
  state = { cursor: "" };
  /** @type {HTMLElement | null} */
  element = null;
  heights = new Heights();
  follows = true;
  isAsked = false;
  /** @type {string | null} */
  target = this.props.thread.reveal?.uuid ?? null;
  /** @type {Range | null} */
  range = null;
  derived = this.derive([]);

  componentDidMount() {
    this.measure();
    this.scroll(null, true);
    // The height of the phone is known now.
    if (this.isLong()) this.forceUpdate();
  }

  /** @param {{ thread: Thread }} next */
  componentWillReceiveProps({ thread }) {
    if (thread.toEnd !== this.props.thread.toEnd) this.follows = true;
    if (thread.reveal && thread.reveal !== this.props.thread.reveal) this.target = thread.reveal.uuid;
  }

  getSnapshotBeforeUpdate() {
    const log = /** @type {HTMLElement} */ (this.element);
    return { anchor: this.anchor(log), hadFocus: log.contains(document.activeElement) };
  }

  /**
   * @param {{ thread: Thread }} before
   * @param {object} _state
   * @param {{ anchor: Anchor, hadFocus: boolean }} snapshot
   */
  componentDidUpdate(before, _state, { anchor, hadFocus }) {
    const log = /** @type {HTMLElement} */ (this.element);
    this.measure();
    this.scroll(anchor, this.props.thread !== before.thread || this.range !== null);
    // The focused message may have left the drawn part.
    if (hadFocus && !log.contains(document.activeElement)) log.focus({ preventScroll: true });
  }

  /** The first message in sight, and its distance from the top. */
  anchor(/** @type {HTMLElement} */ log) {
    const { top } = log.getBoundingClientRect();
    for (const item of log.querySelectorAll(":scope > [data-key]")) {
      const box = item.getBoundingClientRect();
      if (box.bottom > top) return { key: /** @type {HTMLElement} */ (item).dataset.key ?? "", offset: box.top - top };
    }
    return null;
  }

  measure() {
    for (const item of this.element?.querySelectorAll(":scope > [data-key]") ?? []) {
      const { dataset, offsetHeight } = /** @type {HTMLElement} */ (item);
      this.heights.set(dataset.key ?? "", offsetHeight);
    }
  }

  /**
   * To the wanted message, or to the end; else what is in sight stays where it is.
   * @param {Anchor} anchor
   * @param {boolean} isNew
   */
  scroll(anchor, isNew) {
    const log = /** @type {HTMLElement} */ (this.element);
    const wanted = this.item(this.target);
    if (wanted) {
      const [box, view] = [wanted.getBoundingClientRect(), log.getBoundingClientRect()];
      const isSeen = anchor && box.top >= view.top && box.top < view.bottom - NEAR_END;
      if (!isSeen) log.scrollTop += box.top - view.top - log.clientHeight * ABOVE_REVEALED;
      this.target = null;
      this.follows = isSeen ? this.follows : false;
    } else if (this.follows && isNew) {
      log.scrollTop = log.scrollHeight;
    } else if (anchor) {
      const item = this.item(anchor.key);
      if (item) log.scrollTop += item.getBoundingClientRect().top - log.getBoundingClientRect().top - anchor.offset;
    }
  }

  /** @param {string | null} key */
  item(key) {
    return key ? this.element?.querySelector(`:scope > [data-key="${CSS.escape(key)}"]`) : null;
  }

  /** Once a frame, however often it is scrolled. */
  scrolled = () => {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      const { element: log, range } = this;
      if (!log) return;
      this.follows = log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
      if (!range) return;
      const next = this.rangeNow();
      if (next.first !== range.first || next.end !== range.end) this.forceUpdate();
    });
  };

  /** @param {FocusEvent} event */
  focused = (event) => {
    const bubble = /** @type {Element} */ (event.target).closest(".bubble");
    if (bubble instanceof HTMLElement) this.setState({ cursor: bubble.dataset.uuid ?? "" });
  };

  isLong() {
    return this.props.thread.messages.length > WHOLE_MAX;
  }

  rangeNow() {
    const { keys } = this.derived;
    const { scrollTop = 0, clientHeight = 0 } = this.element ?? {};
    const target = this.target ? keys.indexOf(this.target) : -1;
    if (target >= 0) return this.heights.range(keys, this.heights.until(keys, target) - clientHeight / 2, clientHeight);
    if (this.follows) return this.heights.range(keys, this.heights.until(keys) - clientHeight, clientHeight);
    // Messages may have come or gone above: what is in sight tells the place, not the distance from the top.
    const anchor = this.element && this.anchor(this.element);
    const index = anchor ? keys.indexOf(anchor.key) : -1;
    const top = anchor && index >= 0 ? this.heights.until(keys, index) - anchor.offset : scrollTop;
    return this.heights.range(keys, top, clientHeight);
  }

  /** @param {Message[]} messages */
  derive(messages) {
    const shown = withoutShownReactions(messages);
    /** @type {Item[]} */
    const items = [];
    /** @type {Map<string, string>} */
    const days = new Map();
    let day = "";
    for (const message of shown) {
      // Ten minutes lie within one day, wherever that begins.
      const part = message.at.slice(0, "2026-01-01T00:0".length);
      const name = days.get(part) ?? onDay(message.at);
      days.set(part, name);
      if (name !== day) items.push({ key: `day ${name}`, day: name });
      day = name;
      items.push({ key: message.message_uuid, message });
    }
    return {
      messages,
      items,
      keys: items.map(({ key }) => key),
      last: shown.at(-1)?.message_uuid ?? "",
      reactions: reactionsByTarget(messages),
      byUuid: new Map(messages.map((message) => [message.message_uuid, message])),
    };
  }

  render() {
    const { messages, hasEarlier } = this.props.thread;
    if (this.derived.messages !== messages) this.derived = this.derive(messages);
    this.range = this.isLong() ? this.rangeNow() : null;
    const { first, end, before, after } = this.range ?? { first: 0, end: this.derived.items.length, before: 0, after: 0 };
    return html`<ol
      id="messages"
      tabindex="0"
      aria-label="Messages"
      data-messages=${messages.length}
      ref=${(/** @type {HTMLElement | null} */ element) => (this.element = element)}
      onfocusin=${this.focused}
      onscroll=${this.scrolled}
    >
      ${hasEarlier &&
      html`<li key="earlier" class="earlier">${button("Show earlier messages", { class: "quiet" }, showEarlier)}</li>`}
      ${before > 0 && html`<li key="before" class="left-out" aria-hidden="true" style=${{ height: `${before}px` }}></li>`}
      ${this.derived.items.slice(first, end).map(this.drawn)}
      ${after > 0 && html`<li key="after" class="left-out" aria-hidden="true" style=${{ height: `${after}px` }}></li>`}
      ${messages.at(-1)?.typing && html`<li key="typing" class="typing">The application is writing…</li>`}
    </ol>`;
  }

  /** @param {Item} item */
  drawn = ({ key, message, day }) => {
    if (!message) return html`<li key=${key} class="day" data-key=${key}><span>${day}</span></li>`;
    const { selected, found } = this.props;
    const { reactions, byUuid, last } = this.derived;
    const stop = byUuid.has(this.state.cursor) ? this.state.cursor : last;
    return html`<${Bubble}
      key=${key}
      message=${message}
      reactions=${reactions.get(key) ?? ""}
      quoted=${quotedBy(message, byUuid)}
      isSelected=${key === selected || key === found}
      isStop=${key === stop}
    />`;
  };
}
