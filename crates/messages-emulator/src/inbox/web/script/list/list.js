// The list of conversations: of all of them, only the rows in sight exist.

import { Component } from "preact";

import { isPlainClick } from "../address.js";
import { html } from "../markup.js";
import { setIn, useStore } from "../store.js";
import { at, openConversation, setFrozen, setRange } from "./conversations.js";
import { EmptyList } from "./empty.js";
import { Row } from "./row.js";
import { Window } from "./window.js";

/** @import { List } from "../store.js" */

/** In pixels, as the style sheet has it. */
const ROW_HEIGHT = 76;

export function ConversationList() {
  const list = useStore((state) => state.list);
  const open = useStore((state) => state.thread.id);
  const address = useStore((state) => state.address);
  return html`<div class="list-frame">
    <${Rows} list=${list} open=${open} address=${address} />
  </div>`;
}

/** @extends {Component<{ list: List, open: number, address: object }>} */
class Rows extends Component {
  /** @type {HTMLElement | null} */
  viewport = null;
  /** @type {Window | null} */
  window = null;
  /** @type {ResizeObserver | null} */
  resized = null;
  isAsked = false;
  hadFocus = false;

  componentDidMount() {
    const viewport = /** @type {HTMLElement} */ (this.viewport);
    this.window = new Window(viewport, ROW_HEIGHT);
    this.resized = new ResizeObserver(this.scrolled);
    this.resized.observe(viewport);
    this.componentDidUpdate({ list: null });
  }

  getSnapshotBeforeUpdate() {
    this.hadFocus = this.viewport?.contains(document.activeElement) ?? false;
    return null;
  }

  /** @param {{ list: List | null }} before */
  componentDidUpdate(before) {
    const { list } = this.props;
    if (this.window && before.list?.total !== list.total) {
      this.window.total = list.total ?? 0;
      this.scrolled();
    }
    if (list.reveal && list.reveal !== before.list?.reveal) {
      this.window?.reveal(list.reveal.index);
      this.update();
    }
    const isLost = this.hadFocus && !this.viewport?.contains(document.activeElement);
    if ((list.reveal?.focus && list.reveal !== before.list?.reveal) || isLost) this.focusCursor();
  }

  focusCursor() {
    const link = this.viewport?.querySelector(`a[data-conversation="${Number(this.props.list.cursor)}"]`);
    if (link instanceof HTMLElement) link.focus({ preventScroll: true });
  }

  /** Once a frame, however often the list is scrolled. */
  scrolled = () => {
    if (this.isAsked) return;
    this.isAsked = true;
    requestAnimationFrame(() => {
      this.isAsked = false;
      this.update();
    });
  };

  update() {
    const { window } = this;
    if (!window) return;
    const { first, end } = window.range();
    setRange({ first, end, atTop: window.atTop });
    this.forceUpdate();
  }

  /** @param {MouseEvent} event */
  clicked = (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[data-conversation]");
    if (!(link instanceof HTMLElement) || !isPlainClick(event)) return;
    event.preventDefault();
    openConversation(Number(link.dataset.conversation));
  };

  /** @param {FocusEvent} event */
  focused = (event) => {
    const link = /** @type {Element} */ (event.target).closest("a[data-conversation]");
    if (link instanceof HTMLElement) setIn("list", { cursor: Number(link.dataset.conversation) });
    this.hold();
  };

  /** A focus that a click has left behind does not hold the order, only one that is shown. */
  hold = () => {
    const isHeld = this.viewport?.matches(":hover") || this.viewport?.querySelector(":focus-visible");
    setFrozen(Boolean(isHeld) && (this.props.list.total ?? 0) > 0);
  };

  render() {
    const { list, open } = this.props;
    return html`<div
      id="list"
      tabindex="-1"
      ref=${(/** @type {HTMLElement | null} */ element) => (this.viewport = element)}
      onscroll=${this.scrolled}
      onclick=${this.clicked}
      onfocusin=${this.focused}
      onfocusout=${() => requestAnimationFrame(this.hold)}
      onpointerenter=${this.hold}
      onpointermove=${this.hold}
      onpointerleave=${this.hold}
    >
      <ul id="conversations" style=${{ height: `${this.window?.height ?? 0}px` }}>
        ${this.rows(list, open)}
      </ul>
      <${EmptyList} isEmpty=${list.total === 0} />
    </div>`;
  }

  /**
   * @param {List} list
   * @param {number} open
   */
  rows(list, open) {
    if (!this.window) return [];
    const { first, end, place } = this.window.range();
    const rows = [];
    let hasCursor = false;
    for (let index = first; index < end; index += 1) {
      const conversation = at(list, index);
      if (conversation && conversation.id === list.cursor) hasCursor = true;
      rows.push({ index, conversation, key: conversation ? conversation.id : `at ${index}` });
    }
    // One stop for the tab key; the arrows do the rest.
    return rows.map(
      ({ index, conversation, key }, position) =>
        html`<${Row}
          key=${key}
          conversation=${conversation}
          isOpen=${conversation?.id === open}
          isStop=${hasCursor ? conversation?.id === list.cursor : position === 0}
          place=${place(index)}
          index=${index}
          total=${list.total}
          address=${this.props.address}
        />`,
    );
  }
}
