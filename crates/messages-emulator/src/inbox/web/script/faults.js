// Faults of the emulator that the page names.

import { table } from "./values.js";

/**
 * Faults after which a request was accepted, but its client did not get the response.
 * @type {Record<string, string>}
 */
export const LOST = table({
  lose_answer: "accepted; the client got no response",
  cut_answer: "accepted; the client got a part of the response",
});
