// One conversation in the list.

import { linkTo } from "../address.js";
import { channel, preview } from "../channels.js";
import { firstFound, foundChip } from "../content/found.js";
import { count, whenShort } from "../format.js";
import { mark } from "../mark.js";
import { html, memo } from "../markup.js";

/** @import { Address, Conversation } from "../types.js" */

/**
 * `conversation` is `null` while it is not known yet. The link keeps the filters of `address`.
 * @typedef {object} RowProperties
 * @property {Conversation | null} conversation
 * @property {boolean} isOpen
 * @property {boolean} isStop  the tab key stops here
 * @property {number} place  in pixels from the top
 * @property {number} index
 * @property {number} total
 * @property {Address} address
 */

/** @param {RowProperties} properties */
function draw({ conversation, isOpen, isStop, place, index, total }) {
  return html`<li
    class=${conversation ? "row" : "row loading"}
    style=${{ transform: `translateY(${place}px)` }}
    aria-posinset=${index + 1}
    aria-setsize=${total}
  >
    ${conversation ? filled(conversation, isOpen, isStop) : unknown()}
  </li>`;
}

export const Row = memo(draw);

/**
 * @param {Conversation} conversation
 * @param {boolean} isOpen
 * @param {boolean} isStop
 */
function filled({ id, channel: key, person, ours, unread, last: newest, hit, webhook_failed: hasFailed }, isOpen, isStop) {
  // Of a search the row shows what was found, and leads there.
  const last = hit ?? newest;
  const found = firstFound(last);
  const { name, short } = channel(key);
  const { sign, tone } = mark(last);
  const shownUnread = isOpen || !unread ? "" : count(unread);
  return html`<a
    class=${found ? "conversation has-found" : "conversation"}
    href=${linkTo({ view: "", conversation: id, message: "", at: hit?.message_uuid ?? "" })}
    data-conversation=${id}
    aria-current=${isOpen ? "true" : null}
    tabindex=${isStop ? 0 : -1}
  >
    <span class="avatar" aria-hidden="true" data-channel=${key}>${short}</span>
    <span class="line"><span class="who">${person}</span><time class="when" datetime=${last.at}>${whenShort(last.at)}</time></span>
    <span class="line"
      ><span class=${`mark ${tone}`}>${sign}</span>${hasFailed && html`<span class="mark bad" title="A webhook failed">⚠<span class="unseen">A webhook failed.</span></span>`}<span class="what" dir="auto">${preview(last)}</span
      ><span class="unread">${shownUnread}${shownUnread && html`<span class="unseen"> unread</span>`}</span></span
    >
    <span class="line small"><span class="ours">${name} · ${ours}</span></span>
  </a>${found && foundChip(...found, { tabindex: isStop ? 0 : -1 })}`;
}

const unknown = () =>
  html`<div class="conversation">
    <span class="avatar"></span>
    <span class="line"><span class="who"></span></span>
    <span class="line"><span class="what"></span></span>
  </div>`;
