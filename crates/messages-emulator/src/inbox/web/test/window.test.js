// The drawn part of a long conversation.

import assert from "node:assert/strict";
import test from "node:test";

import { Heights } from "../script/thread/window.js";

const keys = Array.from({ length: 10_000 }, (_, index) => `m${index}`);

test("a part is drawn, and what is left out keeps its height", () => {
  const heights = new Heights();
  const whole = heights.until(keys);
  for (const top of [0, 5, 1000, whole / 2, whole - 700, whole * 2]) {
    const { first, end, before, after } = heights.range(keys, top, 700);
    assert.ok(end - first <= 40 && end > first, `${top}: ${first} to ${end}`);
    assert.equal(before + after + heights.until(keys.slice(first, end)), whole);
    const seen = Math.min(top, whole - 700);
    assert.ok(before <= seen && whole - after >= seen + 700);
  }
});

test("heights that were seen count", () => {
  const heights = new Heights();
  for (const key of keys.slice(0, 10)) heights.set(key, 1000);
  const { first, end } = heights.range(keys, 5040, 700);
  assert.deepEqual([first, end], [4, 8]);
  assert.deepEqual(heights.range([], 0, 700), { first: 0, end: 0, before: 0, after: 0 });
});
