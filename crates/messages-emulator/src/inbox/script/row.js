// One conversation in the list.

import { linkTo } from "./address.js";
import { channel, preview } from "./channels.js";
import { h, setText } from "./dom.js";
import { count, whenShort } from "./format.js";
import { mark } from "./mark.js";

/** A row that can be filled again and again. */
export function newRow() {
  const parts = {
    avatar: h("span", { class: "avatar", "aria-hidden": "true" }),
    who: h("span", { class: "who" }),
    when: h("time", { class: "when" }),
    what: h("span", { class: "what" }),
    ours: h("span", { class: "ours" }),
    mark: h("span", { class: "mark" }),
    unread: h("span", { class: "unread" }),
  };
  const link = h(
    "a",
    { class: "conversation", tabindex: "-1" },
    parts.avatar,
    h("span", { class: "line" }, parts.who, parts.when),
    h("span", { class: "line" }, parts.mark, parts.what, parts.unread),
    h("span", { class: "line small" }, parts.ours),
  );
  return { element: h("li", { class: "row" }, link), link, parts };
}

/** Shows a conversation; `null` while it is not known yet. */
export function fillRow({ element, link, parts }, conversation, isOpen) {
  element.classList.toggle("loading", !conversation);
  if (!conversation) {
    for (const part of Object.values(parts)) setText(part, "");
    link.removeAttribute("href");
    return;
  }
  const { id, person, ours, unread, last } = conversation;
  const { name, short } = channel(conversation.channel);
  link.dataset.conversation = id;
  link.setAttribute("href", linkTo({ conversation: id, message: "" }));
  link.toggleAttribute("aria-current", isOpen);
  if (isOpen) link.setAttribute("aria-current", "true");
  const shownUnread = isOpen ? 0 : unread;
  link.setAttribute("aria-label", `${person}, ${name}${shownUnread ? `, ${count(shownUnread)} unread` : ""}: ${preview(last)}`);
  parts.avatar.dataset.channel = conversation.channel;
  setText(parts.avatar, short);
  setText(parts.who, person);
  setText(parts.when, whenShort(last.at));
  parts.when.dateTime = last.at;
  const { sign, tone } = mark(last);
  setText(parts.mark, sign);
  parts.mark.className = `mark ${tone}`;
  setText(parts.what, preview(last));
  setText(parts.ours, `${name} · ${ours}`);
  setText(parts.unread, shownUnread ? count(shownUnread) : "");
}
