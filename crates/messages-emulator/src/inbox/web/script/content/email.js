// E-mail: its HTML is shown in a frame of its own, and as the text it holds.

import { h } from "preact";

import { list, object, text } from "../values.js";
import { Mail } from "./mail.js";
import { readable } from "./readable.js";

/** @import { Message } from "../types.js" */

/** @param {Message} message */
export function emailOf({ content, message_uuid: uuid }) {
  const { subject, to_name: to, from_name: from, importance, cc } = object(content.email);
  const copies = list(cc)
    .map((one) => text(object(one).address))
    .filter(Boolean)
    .join(", ");
  const facts = [
    ["From", text(from)],
    ["To", text(to)],
    ["Cc", copies],
    ["Importance", text(importance)],
  ].filter(([, value]) => value);
  return h(
    "article",
    { class: "email" },
    h("h3", { dir: "auto" }, text(subject) || "(no subject)"),
    facts.length > 0 && h("dl", {}, facts.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]).flat()),
    parts(content).map((one, index) => part(one, index, uuid, text(subject))),
  );
}

/** @param {any} content */
function parts({ message_type: type, text: words, html, content }) {
  if (type === "content") return list(content).map(object);
  return type === "html" ? [{ type: "html", body: object(html).body }] : [{ type: "text", text: words }];
}

/**
 * @param {Record<string, any>} part
 * @param {number} index
 * @param {string} uuid
 * @param {string} subject
 */
function part({ type, text: words, body }, index, uuid, subject) {
  if (type !== "html") return h("p", { class: "words", dir: "auto" }, text(words));
  return [
    h(Mail, { uuid, part: index, subject }),
    h("details", { class: "source" }, h("summary", {}, "As text"), h("p", { class: "words", dir: "auto" }, readable(text(body)))),
    h("details", { class: "source" }, h("summary", {}, "HTML source"), h("pre", {}, text(body))),
  ];
}
