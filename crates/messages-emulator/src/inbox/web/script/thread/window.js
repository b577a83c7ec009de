// The part of a long conversation that is drawn: what is in sight, and a margin around it. Heights differ, so those that were
// seen are remembered and the others are estimated.

/** Height of a message that was not seen yet, and the gap between two, in pixels. */
const ESTIMATE = 84;
const GAP = 8;
/** Drawn beyond each edge, in pixels. */
const MARGIN = 700;
/** Edges move in steps, or each pixel of a scroll would draw anew. */
const STEP = 4;

/**
 * @typedef {object} Range
 * @property {number} first
 * @property {number} end
 * @property {number} before  height of what is left out above
 * @property {number} after  and below
 */

export class Heights {
  /** @type {Map<string, number>} */
  #seen = new Map();

  /**
   * @param {string} key
   * @param {number} height
   */
  set(key, height) {
    this.#seen.set(key, height);
  }

  /** @param {string} key */
  #of(key) {
    return (this.#seen.get(key) ?? ESTIMATE) + GAP;
  }

  /**
   * The height from the first item up to, without, this one.
   * @param {string[]} keys
   */
  until(keys, end = keys.length) {
    let sum = 0;
    for (let index = 0; index < end; index += 1) sum += this.#of(keys[index]);
    return sum;
  }

  /**
   * The items to draw for a view of `height` at `top`.
   * @param {string[]} keys
   * @param {number} top
   * @param {number} height
   * @returns {Range}
   */
  range(keys, top, height) {
    const whole = this.until(keys);
    const start = Math.min(top, whole - height) - MARGIN;
    let at = 0;
    let first = 0;
    while (first < keys.length - 1 && at + this.#of(keys[first]) < start) at += this.#of(keys[first++]);
    let end = first;
    for (let below = at; end < keys.length && below < start + height + 2 * MARGIN; end += 1) below += this.#of(keys[end]);
    first -= first % STEP;
    end = Math.min(keys.length, end + STEP - (end % STEP));
    return { first, end, before: this.until(keys, first), after: whole - this.until(keys, end) };
  }
}
