// Everything that has happened to one message: the request and its answer, its states, each try of each webhook with what
// was posted and what the application answered, and the steps of a failover.

import { address, go, onAddress } from "./address.js";
import * as api from "./api.js";
import { channel, kindName, reportsRead } from "./channels.js";
import { copyButton } from "./copy.js";
import { asCurl } from "./curl.js";
import { button, byId, h, setText } from "./dom.js";
import { atSecond } from "./format.js";
import { jsonView } from "./json.js";
import { onChange } from "./live.js";
import { setStatus } from "./person.js";
import { asRust } from "./rust.js";
import { stepsOf } from "./steps.js";

let shownFor = "";
let shownAs = "";
/** What is unfolded, by the name of its entry, so that it stays so when the message moves on. */
let unfolded = new Set();

export function startTimeline() {
  onAddress((now, before) => {
    if (now.message !== before.message) void show();
  });
  onChange(async ({ everything, messages }) => {
    if (shownFor && (everything || messages.size > 0)) await update();
  });
  byId("close-timeline").addEventListener("click", closeTimeline);
  return show();
}

export const closeTimeline = () => go({ message: "" });

async function show() {
  const { message } = address();
  const before = document.activeElement;
  shownFor = message;
  shownAs = "";
  unfolded = new Set();
  byId("timeline-body").replaceChildren();
  byId("timeline").hidden = !message;
  document.body.classList.toggle("inspecting", Boolean(message));
  if (!message) return;
  await update();
  // Whoever came here by key reads on here; the focus goes back with the bubble.
  if (shownFor === message && before?.closest?.(".bubble")) byId("close-timeline").focus();
}

async function update() {
  const uuid = shownFor;
  const message = await api
    .message(uuid)
    .then(withOrigin)
    .catch(() => null);
  if (uuid !== shownFor) return;
  const as = JSON.stringify(message);
  if (as === shownAs) return;
  shownAs = as;
  const body = byId("timeline-body");
  if (message) {
    setText(byId("timeline-title"), `${channel(message.channel).name} · ${kindName(message.message_type)}`);
    body.replaceChildren(...draw(message));
  } else {
    setText(byId("timeline-title"), "Timeline");
    body.replaceChildren(
      h("p", { class: "hint" }, "This message is gone: the emulator was reset, or has forgotten its oldest messages."),
    );
  }
}

/** A later step of a failover was brought by the request of the first one. */
async function withOrigin(message) {
  const first = message.steps?.[0]?.message_uuid;
  if (message.request || message.direction === "inbound" || !first) return message;
  const origin = await api.message(first).catch(() => null);
  return { ...message, origin: origin?.request };
}

function draw(message) {
  return [
    facts(message),
    stepsOf(message),
    forces(message),
    h("h3", {}, "What happened"),
    h("ol", { class: "events" }, events(message).map(entry)),
    copies(message),
  ].filter(Boolean);
}

function facts(message) {
  const rows = [
    ["From", message.from],
    ["To", message.to],
    ["Status", message.status && `${message.status}${message.code ? ` · error ${message.code}` : ""}`],
    ["Reference", message.client_ref],
    ["Segments", message.sms_segments && String(message.sms_segments)],
    ["Price", message.price && `€ ${message.price}`],
    ["Workflow", message.failover?.id],
  ].filter(([, value]) => value);
  return h(
    "dl",
    { class: "facts" },
    rows.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]),
    h("dt", {}, "UUID"),
    h(
      "dd",
      { class: "uuid" },
      message.message_uuid,
      copyButton("Copy", "UUID", () => message.message_uuid),
    ),
  );
}

/** What has happened, in the order of its time. */
function events(message) {
  const states = message.history.map(({ at, status, code }, index) => ({
    name: `state ${index}`,
    at,
    tone: tone(status),
    title: `${status}${code ? ` · error ${code}` : ""}`,
    note: code ? `messages explain ${code}` : "",
  }));
  const tries = message.webhooks.flatMap((webhook, index) => webhookEvents(webhook, index));
  const later = tries.filter(({ at }) => !at);
  // Each came after what it tells of, even within the same millisecond: sorting keeps the order of equals.
  const happened = [...states, ...tries.filter(({ at }) => at)].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
  return [beginning(message), ...happened, ...later];
}

function beginning(message) {
  const { request } = message;
  const content = ["Content", JSON.stringify(message.content)];
  if (message.direction === "inbound")
    return { name: "inbound", at: message.at, tone: "", title: "The person sent it", bodies: [content] };
  if (!request) {
    const origin = message.origin ? [["Request of the failover", message.origin.body]] : [];
    return { name: "step", at: message.at, tone: "", title: "The failover came to this step", bodies: [content, ...origin] };
  }
  return {
    name: "request",
    at: message.at,
    tone: request.status < 300 ? "good" : "bad",
    title: `${request.method} ${request.path} → ${request.status}`,
    note: `authenticated by ${request.auth}`,
    bodies: [
      ["Request", request.body],
      ["Answer", request.answer],
    ],
  };
}

function webhookEvents({ kind, url, body, state, attempts }, index) {
  const tries = attempts.map((attempt, which) => ({
    name: `webhook ${index} ${which}`,
    at: attempt.at,
    tone: attempt.status < 300 ? "good" : "bad",
    title: `${kind} webhook → ${attempt.status ?? "no answer"}`,
    note: [attempts.length > 1 && `try ${which + 1}`, attempt.error, `${attempt.took_ms} ms`, url].filter(Boolean).join(" · "),
    bodies: [["Webhook", body], attempt.answer && ["Answer", attempt.answer]].filter(Boolean),
  }));
  if (!PENDING[state]) return tries;
  return [
    ...tries,
    {
      name: `webhook ${index} next`,
      tone: "",
      title: `${kind} webhook ${PENDING[state]}`,
      note: url,
      bodies: tries.length === 0 ? [["Webhook", body]] : [],
    },
  ];
}

/** States of a webhook that has not come to its end. */
const PENDING = { waiting: "waits for its turn", posting: "is being posted", retrying: "will be tried again" };

const tone = (status) => (status === "rejected" || status === "undeliverable" ? "bad" : status === "submitted" ? "" : "good");

function entry({ name, at, tone: colour, title, note, bodies = [] }) {
  return h(
    "li",
    { class: `event ${colour}` },
    h("div", { class: "event-head" }, h("strong", {}, title), at && h("time", { datetime: at }, atSecond(at))),
    note && h("p", { class: "small" }, note),
    bodies.map(([label, body]) => folded(`${name} ${label}`, label, body)),
  );
}

function folded(name, label, body) {
  const made = h("details", { open: unfolded.has(name) }, h("summary", {}, label));
  const fill = () => {
    if (made.open && made.children.length === 1) {
      made.append(
        h(
          "div",
          { class: "body" },
          copyButton("Copy", label, () => body),
          jsonView(body),
        ),
      );
    }
  };
  made.addEventListener("toggle", () => {
    if (made.open) unfolded.add(name);
    else unfolded.delete(name);
    fill();
  });
  fill();
  return made;
}

/** Brings the message into a state by hand. */
function forces(message) {
  if (message.direction === "inbound") return null;
  const code = h("input", {
    type: "number",
    min: 1000,
    max: 9999,
    "aria-label": "Error code",
    value: "1050",
    id: "force-code",
  });
  const force = (status) =>
    button(status, { "data-status": status }, () =>
      setStatus(message, status, status === "rejected" || status === "undeliverable" ? Number(code.value) || 1330 : undefined),
    );
  const statuses = ["submitted", "delivered", ...(reportsRead(message.channel) ? ["read"] : []), "rejected", "undeliverable"];
  return h(
    "details",
    { class: "forces" },
    h("summary", {}, "Make it …"),
    h("div", { class: "choices" }, statuses.map(force)),
    h("label", {}, "with error code ", code),
  );
}

function copies(shown) {
  const message = { ...shown, request: shown.request ?? shown.origin };
  return (
    (message.request || message.direction === "inbound") &&
    h(
      "div",
      { class: "copies" },
      copyButton("Copy as curl", "Command", () => asCurl(message), { class: "primary", id: "copy-curl" }),
      copyButton("Copy as Rust", "Rust", () => asRust(message), { class: "primary", id: "copy-rust" }),
    )
  );
}
