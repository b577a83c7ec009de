// Values of any JSON, narrowed to what is wanted of them.

/**
 * A text; of a value that is neither a text nor a number, the empty one.
 * @param {any} value
 */
export function text(value) {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/**
 * An array; of another value, an empty one.
 * @param {any} value
 * @returns {any[]}
 */
export const list = (value) => (Array.isArray(value) ? value : []);

/**
 * An object; of another value, an empty one.
 * @param {any} value
 * @returns {Record<string, any>}
 */
export const object = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});

/**
 * A table without the names that every object has: a message may name its type by one of them.
 * @template Value
 * @param {Record<string, Value>} entries
 * @returns {Record<string, Value>}
 */
export const table = (entries) => Object.assign(Object.create(null), entries);
