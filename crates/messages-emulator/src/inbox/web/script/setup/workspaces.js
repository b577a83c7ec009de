// The workspaces of the emulator, each with its number of messages.

import { useEffect, useState } from "preact/hooks";

import { openWorkspace, workspace, workspaces } from "../api.js";
import { ask } from "../dialog.js";
import { counted } from "../format.js";
import { button, html } from "../markup.js";
import { attempt } from "../notice.js";
import { get, set as setStore } from "../store.js";

/** @import { Workspace } from "../types.js" */

/** Events are of one workspace, so the others are asked for. */
const REFRESH_MS = 5000;

/** @returns {(Workspace & { link: string, isHere: boolean })[]} */
function useWorkspaces() {
  const [listed, set] = useState(/** @type {Workspace[]} */ ([]));
  useEffect(() => {
    const load = () => workspaces().then((loaded) => set(keep(loaded.workspaces)), () => {});
    void load();
    const timer = setInterval(() => document.hidden || load(), REFRESH_MS);
    return () => clearInterval(timer);
  }, []);
  return listed.map((one, index) => ({
    ...one,
    // The first one needs no name.
    link: index === 0 ? location.pathname : `?workspace=${encodeURIComponent(one.api_key)}`,
    isHere: workspace ? one.api_key === workspace : index === 0,
  }));
}

/** @param {Workspace[]} listed */
function keep(listed) {
  const isUnknownWorkspace = workspace !== "" && listed.every(({ api_key: key }) => key !== workspace);
  if (isUnknownWorkspace !== get().isUnknownWorkspace) setStore({ isUnknownWorkspace });
  return listed;
}

/** In place of the phone. The emulator may have been restarted, which closes the workspaces that were opened. */
export function UnknownWorkspace() {
  return html`<div class="hint" id="unknown-workspace">
    <h2>This workspace is not open</h2>
    <p>The emulator has no workspace <code>${workspace}</code>. It may have been closed, or the emulator was restarted without it.</p>
    <p><a href=${location.pathname}>Go to the first workspace</a></p>
  </div>`;
}

export function Workspaces() {
  return html`<p class="small">Each API key has messages, rules and webhook URLs of its own.</p>
    <ul class="workspaces">
      ${useWorkspaces().map(
        ({ api_key: key, messages, link, isHere }) =>
          html`<li key=${key}>
            <a href=${link} aria-current=${isHere ? "true" : null}>${key}</a
            ><span class="small">${counted(messages, "message")}</span>
          </li>`,
      )}
    </ul>
    <div class="row-tools">${button("Open a workspace…", { id: "open-workspace" }, open)}</div>`;
}

const SECRET_BYTES = 8;

/** A secret for a new workspace, in hexadecimal digits. */
const randomSecret = () => [...crypto.getRandomValues(new Uint8Array(SECRET_BYTES))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** Asks for the credentials of a new workspace, and goes to its setup. */
async function open() {
  const credentials = await ask(
    "Open a workspace",
    [
      { name: "api_key", label: "API key (letters, digits, - and _)", value: "team-b", pattern: "[A-Za-z0-9_\\-]+" },
      { name: "api_secret", label: "API secret", value: randomSecret() },
    ],
    "Open",
  );
  if (!credentials) return;
  const { api_key, api_secret } = credentials;
  const opened = await attempt("The workspace", () => openWorkspace({ api_key, api_secret }));
  if (opened) location.assign(`?workspace=${encodeURIComponent(opened.api_key)}&view=setup`);
}

/** In the head of the page, once there is a second workspace. */
export function WorkspaceSwitch() {
  const listed = useWorkspaces();
  if (listed.length < 2) return null;
  const go = (/** @type {any} */ event) => location.assign(event.currentTarget.value);
  return html`<label class="workspace">
    <span class="unseen">Workspace</span>
    <select id="workspace" value=${listed.find(({ isHere }) => isHere)?.link} onchange=${go}>
      ${listed.map(({ api_key: key, messages, link }) => html`<option key=${key} value=${link}>${key} (${messages})</option>`)}
    </select>
  </label>`;
}
