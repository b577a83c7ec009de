// Rules and their actions in words.

import { object } from "./values.js";

/** @import { Applied } from "./types.js" */

/** @param {string} name */
const spaced = (name) => name.replaceAll("_", " ");

/** @param {any} value */
function details(value) {
  if (Array.isArray(value)) return value.map((one) => one.status).join(", ");
  if (typeof value !== "object" || value === null) return spaced(String(value));
  /** @type {string[]} */
  const parts = Object.entries(value).map(([name, part]) => {
    if (name === "code" || name === "status") return String(part);
    if (name.endsWith("ms")) return `${name === "ms" ? "" : `${spaced(name.slice(0, -3))} `}${Number(part) / 1000} s`;
    return `${spaced(name)} ${details(part)}`;
  });
  return parts.join(", ");
}

/**
 * The action of a rule: `reject 1050`, `webhooks late 30 s`.
 * @param {any} then
 */
export function actionWords(then) {
  if (typeof then === "string") return spaced(then);
  return Object.entries(object(then))
    .map(([name, value]) => `${spaced(name)} ${details(value)}`)
    .join(", ");
}

/**
 * The conditions of a rule: `to 4477*, first 1`.
 * @param {Record<string, string | number>} when
 */
export function whenWords(when) {
  const conditions = Object.entries(when).map(([name, value]) => `${name} ${value}`);
  return conditions.join(", ") || "always";
}

/** @param {Applied} applied */
export function appliedWords({ by, rule: { when, then } }) {
  return by === "rule" ? `Rule (${whenWords(when)}): ${actionWords(then)}` : `Magic recipient: ${actionWords(then)}`;
}
