// The arithmetic of the windowed list.

import assert from "node:assert/strict";
import test from "node:test";

import { Window } from "../script/list/window.js";

/** @param {number} total */
function windowOf(total) {
  const viewport = { scrollTop: 0, clientHeight: 760 };
  const window = new Window(viewport, 76);
  window.total = total;
  return { viewport, window };
}

test("only the rows in sight and a margin exist", () => {
  const { viewport, window } = windowOf(1000);
  assert.deepEqual([window.range().first, window.range().end], [0, 16]);
  viewport.scrollTop = 76 * 500;
  assert.deepEqual([window.range().first, window.range().end], [494, 516]);
  assert.equal(window.range().place(500), 76 * 500);
  assert.ok(!window.atTop);
});

test("a list too high for a browser is scrolled in proportion, to its very end", () => {
  const { viewport, window } = windowOf(10_000_000);
  assert.equal(window.height, 12_000_000);
  viewport.scrollTop = window.height - viewport.clientHeight;
  const { end, place } = window.range();
  assert.equal(end, 10_000_000);
  assert.ok(Math.abs(place(9_999_999) + 76 - window.height) < 1);
});

test("a row is revealed with the least scrolling", () => {
  const { viewport, window } = windowOf(1000);
  window.reveal(5);
  assert.equal(viewport.scrollTop, 0);
  window.reveal(10);
  assert.equal(viewport.scrollTop, 76);
  window.reveal(0);
  assert.equal(viewport.scrollTop, 0);
});
