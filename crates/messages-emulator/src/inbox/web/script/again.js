// Webhooks and requests that are posted again.

import * as api from "./api.js";
import { copy } from "./copy.js";
import { closeDialog, Dialog, openDialog } from "./dialog.js";
import { counted, pretty } from "./format.js";
import { button, html } from "./markup.js";
import { attempt, notice } from "./notice.js";
import { reason } from "./reason.js";
import { webhookCurl } from "./timeline/curl.js";

/** @import { MessageDetail } from "./types.js" */

/** @param {number} id */
async function resend(id) {
  const posted = await attempt("The webhook was not posted", () => api.resend(id));
  if (!posted) return;
  const { acknowledged, answer, error } = posted.webhook ?? { acknowledged: false, error: "it was dropped" };
  const words = answer ? `Your application responded ${answer}.` : `No response: ${error}.`;
  notice(words, { tone: acknowledged ? "good" : "bad", key: "webhook" });
}

/** @param {{ conversation?: number, url?: string }} conditions */
export async function resendFailed(conditions) {
  const done = await attempt("The webhooks were not posted", () => api.resendFailed(conditions));
  if (done) notice(`Posted again: ${counted(done.resent, "failed webhook")}.`, { key: "webhook" });
}

/** @param {number} id */
async function copyWebhook(id) {
  const signed = await attempt("The webhook cannot be signed", () => api.sign(id));
  if (signed) await copy("Command", webhookCurl(signed));
}

/**
 * What can be done with a webhook.
 * @param {number} id
 */
export const webhookTools = (id) =>
  html`${button("Post again", { class: "quiet", "data-does": "resend" }, () => resend(id))}
  ${button("Copy webhook as curl", { class: "quiet", "data-does": "copy-webhook" }, () => copyWebhook(id))}`;

/**
 * Has the request that sent a message, or the user's message, edited and sent again.
 * @param {MessageDetail} message
 */
export function editAndSend({ request, channel, from, to, content }) {
  if (request) return openEditor(request.path, request.body, (body) => sendRequest(request.path, body));
  const body = JSON.stringify({ channel, from, to, ...content });
  return openEditor("the user's message", body, async (edited) => {
    const posted = await attempt("The message was refused", () => api.inject(JSON.parse(edited)));
    if (posted) notice("The message was sent.", { tone: "good", key: "request" });
    return posted !== null;
  });
}

/**
 * @param {string} path
 * @param {string} body
 */
export async function sendRequest(path, body) {
  const sent = await attempt("The request was not sent", () => api.send(path, body));
  if (!sent) return false;
  const isAccepted = sent.status < 300;
  const why = isAccepted ? "" : `: ${reason(sent.response) || "refused"}`;
  notice(`The API responded ${sent.status}${why}`, { tone: isAccepted ? "good" : "bad", key: "request" });
  return isAccepted;
}

/**
 * @param {string} subject
 * @param {string} body
 * @param {(body: string) => Promise<boolean>} send
 */
function openEditor(subject, body, send) {
  openDialog(() => html`<${Editor} subject=${subject} body=${pretty(body)} send=${send} />`);
}

/** @param {{ subject: string, body: string, send: (body: string) => Promise<boolean> }} properties */
function Editor({ subject, body, send }) {
  /** @param {SubmitEvent} event */
  const submit = async (event) => {
    event.preventDefault();
    const field = /** @type {HTMLTextAreaElement} */ (document.getElementById("edited"));
    try {
      JSON.parse(field.value);
    } catch (error) {
      field.setCustomValidity(/** @type {Error} */ (error).message);
      field.reportValidity();
      return;
    }
    if (await send(field.value)) closeDialog();
  };
  return html`<${Dialog} name="ask wide" title="Edit and send again">
    <form onsubmit=${submit}>
      <label>
        <span>${subject}</span>
        <textarea
          id="edited"
          rows="14"
          spellcheck="false"
          defaultValue=${body}
          oninput=${(/** @type {any} */ event) => event.currentTarget.setCustomValidity("")}
        ></textarea>
      </label>
      <div class="ends">${button("Cancel", {}, closeDialog)}<button class="primary">Send</button></div>
    </form>
  <//>`;
}
