// A window onto a list that is far longer than what a page can hold: only the rows in sight exist.

/** Rows beyond the edges, so that a short scroll shows nothing empty. */
const MARGIN = 6;
/** Browsers lay out no box much higher than this; a longer list is scrolled in proportion. */
const HEIGHT_MAX = 12_000_000;

/** @typedef {{ scrollTop: number, clientHeight: number }} Viewport */

export class Window {
  #viewport;
  #rowHeight;

  /**
   * @param {Viewport} viewport
   * @param {number} rowHeight
   */
  constructor(viewport, rowHeight) {
    this.#viewport = viewport;
    this.#rowHeight = rowHeight;
    this.total = 0;
  }

  /** The height of the list, in pixels. */
  get height() {
    return Math.min(this.total * this.#rowHeight, HEIGHT_MAX);
  }

  get atTop() {
    return this.#viewport.scrollTop < this.#rowHeight / 2;
  }

  /** The rows to show, `first` up to but without `end`, and the place of row `index`, in pixels. */
  range() {
    const { scrollTop, clientHeight } = this.#viewport;
    const inSight = clientHeight / this.#rowHeight;
    const top = this.#isProportional
      ? this.#share(scrollTop) * Math.max(0, this.total - inSight)
      : scrollTop / this.#rowHeight;
    const anchor = this.#isProportional ? scrollTop - top * this.#rowHeight : 0;
    return {
      first: Math.max(0, Math.floor(top) - MARGIN),
      end: Math.min(this.total, Math.ceil(top + inSight) + MARGIN),
      place: (/** @type {number} */ index) => anchor + index * this.#rowHeight,
    };
  }

  /**
   * Scrolls as little as needed to have a row in sight.
   * @param {number} index
   */
  reveal(index) {
    const { scrollTop, clientHeight } = this.#viewport;
    if (this.#isProportional) {
      const { first, end } = this.range();
      if (index < first + MARGIN || index >= end - MARGIN) {
        const inSight = clientHeight / this.#rowHeight;
        this.#viewport.scrollTop = (index / Math.max(1, this.total - inSight)) * (this.height - clientHeight);
      }
      return;
    }
    const top = index * this.#rowHeight;
    if (top < scrollTop) this.#viewport.scrollTop = top;
    else if (top + this.#rowHeight > scrollTop + clientHeight) this.#viewport.scrollTop = top + this.#rowHeight - clientHeight;
  }

  get #isProportional() {
    return this.total * this.#rowHeight > HEIGHT_MAX;
  }

  /** @param {number} scrollTop */
  #share(scrollTop) {
    return scrollTop / Math.max(1, this.height - this.#viewport.clientHeight);
  }
}
