// Removal of conversations, and their return.

import { go } from "./address.js";
import * as api from "./api.js";
import { counted } from "./format.js";
import { attempt, notice } from "./notice.js";
import { get } from "./store.js";

/**
 * Removes a conversation, or all of them.
 * @param {number} [id]
 */
async function remove(id) {
  const total = get().list.total ?? 0;
  if (!id && total === 0) return;
  const removed = await attempt("Nothing was removed", () => api.remove(id));
  if (!removed) return;
  const { view, conversation, message } = get().address;
  if (!view && (!id || String(id) === conversation)) go({ conversation: "", message: "" });
  notice(id ? "The conversation was removed." : "All messages were removed.", {
    key: "removed",
    undo: async () => {
      const done = await attempt("The messages are not back", async () => (await api.putBack(removed), true));
      if (!done) return;
      notice(`${counted(id ? 1 : total, "conversation")} restored.`, { tone: "good", key: "removed" });
      if (conversation && !get().address.conversation) go({ conversation, message });
    },
  });
}

export const clearAll = () => remove();

/** Removes the open conversation, or else the one that the keys are on. */
export function removeAtHand() {
  const id = get().thread.id || get().list.cursor;
  if (id) void remove(id);
}
