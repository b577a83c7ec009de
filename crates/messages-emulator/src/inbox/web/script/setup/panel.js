// The setup: credentials, webhook URLs, workspaces.

import { useEffect, useState } from "preact/hooks";

import { resendFailed } from "../again.js";
import * as api from "../api.js";
import { copy } from "../copy.js";
import { button, html } from "../markup.js";
import { attempt, notice } from "../notice.js";
import { viewHead } from "../view.js";
import { environment, FORMATS } from "./env.js";
import { Workspaces } from "./workspaces.js";

/** @import { Credentials, Urls } from "../types.js" */

export const SETUP = "setup";

export function Setup() {
  return html`<section id="setup" class="view" aria-label="Setup">
    ${viewHead("Setup")}
    <div class="sections" tabindex="0" aria-label="Settings">
      <section>
        <h3>Connect your application</h3>
        <p class="small">API host <code>${location.origin}</code> with these credentials:</p>
        <${Environment} />
      </section>
      <section>
        <h3>Webhooks</h3>
        <${WebhookUrls} />
      </section>
      <section>
        <h3>Workspaces</h3>
        <${Workspaces} />
      </section>
    </div>
  </section>`;
}

/**
 * What a request returns, once it has.
 * @template Value
 * @param {string} what
 * @param {() => Promise<Value>} request
 */
function useLoaded(what, request) {
  const [value, set] = useState(/** @type {Value | null} */ (null));
  useEffect(() => void attempt(what, request).then(set), []);
  return value;
}

function Environment() {
  const credentials = useLoaded("The credentials", api.credentials);
  const [format, setFormat] = useState(FORMATS[0]);
  const [isShown, setShown] = useState(false);
  if (!credentials) return null;
  return html`<div class="environment">
    <div class="pills" role="group" aria-label="Format">
      ${FORMATS.map((one) => button(one, { key: one, "aria-pressed": String(one === format) }, () => setFormat(one)))}
    </div>
    <pre id="environment" tabindex="0">${environment(credentials, format, isShown)}</pre>
    <div class="row-tools">
      ${button(isShown ? "Hide secrets" : "Show secrets", { id: "secrets" }, () => setShown(!isShown))}
      ${button("Copy with secrets", { id: "copy-environment" }, () => copy("Environment", environment(credentials, format, true)))}
    </div>
  </div>`;
}

function WebhookUrls() {
  const urls = useLoaded("The webhook URLs", api.urls);
  if (!urls) return null;
  return html`<${WebhookUrl} target="status" name="Status URL" value=${urls.status_url ?? ""} />
    <${WebhookUrl} target="inbound" name="Inbound URL" value=${urls.inbound_url ?? ""} />`;
}

/** @param {{ target: "status" | "inbound", name: string, value: string }} properties */
function WebhookUrl({ target, name, value }) {
  const [saved, setSaved] = useState(value);
  const [typed, setTyped] = useState(value);
  const [result, setResult] = useState({ tone: "", words: "" });
  /** @param {Event} event */
  const submit = async (event) => {
    event.preventDefault();
    const done = await attempt(`The ${name}`, async () => (await api.setUrls({ [`${target}_url`]: typed }), true));
    if (!done) return;
    setSaved(typed);
    notice(`${name} set.`, { tone: "good", key: "urls" });
  };
  const test = async () => {
    setResult({ tone: "", words: "posting…" });
    const tested = await attempt("The test", () => api.testUrl(target));
    if (!tested) return setResult({ tone: "", words: "" });
    const { status = 0, error, took_ms: took } = tested;
    const tone = status >= 200 && status < 300 ? "good" : "bad";
    setResult({ tone, words: status ? `responded ${status} after ${took} ms` : `no response: ${error}` });
  };
  return html`<form class="url" data-target=${target} onsubmit=${submit}>
    <label>
      <span>${name}</span>
      <input
        type="url"
        required
        placeholder=${`http://127.0.0.1:3000/${target}`}
        value=${typed}
        oninput=${(/** @type {any} */ event) => setTyped(event.currentTarget.value)}
      />
    </label>
    <div class="row-tools">
      <button class=${typed === saved ? "" : "primary"} disabled=${typed === saved}>Save</button>
      ${button("Post a test", { "data-does": "test", disabled: !saved || typed !== saved }, test)}
      ${saved && button("Post failed again", { class: "quiet" }, () => resendFailed({ url: saved }))}
      <span class=${`mark ${result.tone}`} role="status">${result.words}</span>
    </div>
  </form>`;
}
