// The vendored libraries are the files of the packages that the lock file pins.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

const FILES = {
  "preact.js": "preact/dist/preact.mjs",
  "preact-hooks.js": "preact/hooks/dist/hooks.mjs",
  "htm.js": "htm/dist/htm.module.js",
  "LICENSE-preact": "preact/LICENSE",
  "LICENSE-htm": "htm/LICENSE",
};

for (const [vendored, original] of Object.entries(FILES)) {
  test(vendored, () => {
    const read = (/** @type {string} */ path) => readFileSync(new URL(path, import.meta.url), "utf8");
    assert.equal(read(`../vendor/${vendored}`), read(`../node_modules/${original}`));
  });
}
