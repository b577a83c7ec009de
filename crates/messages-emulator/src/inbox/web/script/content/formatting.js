// The markup of WhatsApp texts: *bold*, _italic_, ~struck~, `code`, ```monospace```, lists and quotes. It becomes elements,
// never markup.

import { h } from "preact";

/** @typedef {import("../markup.js").Children} Children */

/** A deeper nesting stays as it is written. */
const DEPTH_MAX = 4;
/** @type {Record<string, string>} */
const ELEMENTS = { "*": "strong", _: "em", "~": "s" };
/** A mark opens after a space or a sign and closes before one; what it holds neither begins nor ends with a space. */
const SPAN = /(^|[\s\p{P}\p{S}])([*_~])(?=\S)((?:(?!\2)[^\n])*?\S)\2(?=$|[\s\p{P}\p{S}])/gu;
const CODE = /```([\s\S]+?)```|`([^`\n]+)`/g;

/**
 * A text with its markup as elements, one block for each paragraph, list or quote.
 * @param {string} words
 * @returns {Children[]}
 */
export function formatted(words) {
  /** @type {Children[]} */
  const blocks = [];
  for (const { kind, lines } of blocksOf(words)) {
    if (kind === "text") blocks.push(h("p", { class: "words", dir: "auto" }, inline(lines.join("\n"))));
    else if (kind === "quote") blocks.push(h("blockquote", { class: "words", dir: "auto" }, inline(lines.join("\n"))));
    else blocks.push(h(kind, { class: "points", dir: "auto" }, lines.map((line) => h("li", {}, inline(line)))));
  }
  return blocks;
}

/** @type {[kind: string, start: RegExp][]} */
const STARTS = [
  ["ul", /^[*-] (?=\S)/],
  ["ol", /^\d{1,3}\. (?=\S)/],
  ["quote", /^> ?/],
];

/** @param {string} words */
function blocksOf(words) {
  /** @type {{ kind: string, lines: string[] }[]} */
  const blocks = [];
  let isCode = false;
  for (const line of words.split("\n")) {
    const found = isCode ? undefined : STARTS.find(([, start]) => start.test(line));
    const kind = found?.[0] ?? "text";
    const shown = found ? line.replace(found[1], "") : line;
    if ((line.split("```").length - 1) % 2 === 1) isCode = !isCode;
    const last = blocks.at(-1);
    // A numbered list that does not begin with 1 keeps the numbers that were written.
    const isList = kind !== "ol" || last?.kind === "ol" || line.startsWith("1.");
    if (!isList) append(blocks, "text", line);
    else append(blocks, kind, shown);
  }
  return blocks;
}

/**
 * @param {{ kind: string, lines: string[] }[]} blocks
 * @param {string} kind
 * @param {string} line
 */
function append(blocks, kind, line) {
  const last = blocks.at(-1);
  if (last?.kind === kind) last.lines.push(line);
  else blocks.push({ kind, lines: [line] });
}

/**
 * @param {string} words
 * @returns {Children[]}
 */
function inline(words) {
  const parts = [];
  let end = 0;
  for (const match of words.matchAll(CODE)) {
    parts.push(...spans(words.slice(end, match.index)), h("code", { class: "mono" }, match[1] ?? match[2]));
    end = match.index + match[0].length;
  }
  return [...parts, ...spans(words.slice(end))];
}

/**
 * @param {string} words
 * @returns {Children[]}
 */
function spans(words, depth = 0) {
  const parts = [];
  let end = 0;
  for (const match of depth < DEPTH_MAX ? words.matchAll(SPAN) : []) {
    const [whole, before, mark, inner] = match;
    parts.push(words.slice(end, match.index) + before, h(ELEMENTS[mark], {}, spans(inner, depth + 1)));
    end = match.index + whole.length;
  }
  return [...parts, words.slice(end)].filter((part) => part !== "");
}
