// Errors of the API in words.

import { object } from "./values.js";

/**
 * The reason in a response of the API, with the invalid fields.
 * @param {string} response
 */
export function reason(response) {
  try {
    const { title, detail, invalid_parameters: invalid } = object(JSON.parse(response));
    const fields = [invalid].flat().filter(Boolean).map((/** @type {any} */ one) => `${one.name} ${one.reason}`);
    return [detail ?? title, ...fields].filter(Boolean).join("; ");
  } catch {
    return "";
  }
}
