// The inbox. Whatever a message says is put into the page as text, never as markup, and nothing it links to is fetched.
"use strict";

const $ = (id) => document.getElementById(id);
const token = document.querySelector("meta[name=emulator-token]").content;
const api = "/emulator/v1/";
let open = null; // the conversation that is shown
let conversations = [];

/** An element with classes, text and children. */
function element(tag, classes, ...children) {
  const made = document.createElement(tag);
  if (classes) made.className = classes;
  made.append(...children);
  return made;
}

async function get(path) {
  const answer = await fetch(api + path);
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

function post(path, body) {
  return fetch(api + path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-emulator-token": token },
    body: JSON.stringify(body ?? {}),
  });
}

const state = () => new URLSearchParams(location.hash.slice(1));

function setState(changes) {
  const now = state();
  for (const [name, value] of Object.entries(changes)) value ? now.set(name, value) : now.delete(name);
  history.replaceState(null, "", "#" + now);
}

async function listConversations() {
  const channel = state().get("channel") ?? "";
  const words = (state().get("q") ?? "").trim();
  const page = await get("conversations?limit=300");
  conversations = page.conversations;
  let shown = conversations.filter((one) => !channel || one.channel === channel);
  if (words) {
    const found = await get("messages?limit=1000&q=" + encodeURIComponent(words));
    const ids = new Set(found.messages.map((message) => message.conversation));
    shown = shown.filter((one) => ids.has(one.id));
  }
  $("empty").hidden = page.total > 0;
  $("conversations").replaceChildren(...shown.map(row));
}

function row(one) {
  const button = element(
    "button", "",
    element("span", "who", one.person), element("span", "tag", one.channel),
    element("span", "what", one.last.text || `[${one.last.message_type}]`),
    one.unread && one.id !== open?.id ? element("span", "count", String(one.unread)) : "",
  );
  button.type = "button";
  if (one.id === open?.id) button.setAttribute("aria-current", "true");
  button.onclick = () => show(one.id);
  return element("li", "", button);
}

async function show(id) {
  open = conversations.find((one) => one.id === id) ?? null;
  setState({ conversation: open ? String(id) : "" });
  document.body.classList.toggle("open", Boolean(open));
  $("reply").hidden = !open;
  if (!open) return;
  $("title").textContent = `${open.person} · ${open.channel} · ${open.ours}`;
  await post(`conversations/${id}/seen`);
  await Promise.all([listMessages(true), listConversations()]);
}

async function listMessages(toEnd) {
  if (!open) return;
  const id = open.id;
  const page = await get(`messages?limit=500&conversation=${id}`);
  if (open?.id !== id) return;
  const list = $("messages");
  const atEnd = toEnd || list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.replaceChildren(...page.messages.reverse().map(bubble));
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function bubble(message) {
  const person = message.direction === "inbound";
  const box = element("button", "box", message.text || (person ? "" : `[${message.message_type}]`));
  box.type = "button";
  box.title = "Show the timeline";
  box.onclick = () => detail(message.message_uuid);
  for (const url of urls(message.content)) box.append(element("span", "media", url));
  const failed = message.status === "rejected" || message.status === "undeliverable";
  const status = message.status
    ? element("span", failed ? "failed" : "fine", message.status + (message.code ? ` ${message.code}` : "")) : "";
  const notes = [message.at.slice(11, 19), message.message_type];
  if (message.flow) notes.push(`step ${message.flow.step} of ${message.flow.of}`);
  if (message.sms_segments > 1) notes.push(`${message.sms_segments} segments`);
  if (message.revoked) notes.push("revoked");
  const made = element("li", "bubble" + (person ? " person" : ""), box, element("small", "", notes.join(" · ") + " ", status));
  const chips = suggestions(message.content);
  if (chips.length) made.append(element("div", "chips", ...chips.map(chip)));
  return made;
}

/** Every URL of a message's media, shown as text. */
function urls(value) {
  if (Array.isArray(value)) return value.flatMap(urls);
  if (!value || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === "string" && (name === "url" || name === "media_url") ? [inner] : urls(inner));
}

/** What can be tapped, wherever it stands in the content. */
function suggestions(value) {
  if (Array.isArray(value)) return value.flatMap(suggestions);
  if (!value || typeof value !== "object") return [];
  const own = Array.isArray(value.suggestions) ? value.suggestions : [];
  return [...own, ...Object.entries(value).filter(([name]) => name !== "suggestions").flatMap(([, inner]) => suggestions(inner))];
}

function chip(suggestion) {
  const button = element("button", "", String(suggestion.text ?? suggestion.type));
  button.type = "button";
  button.onclick = () => suggestion.type === "reply"
    ? answer("reply", { reply: { id: suggestion.postback_data, title: suggestion.text } })
    : answer("button", { button: { payload: suggestion.postback_data, text: suggestion.text } });
  return button;
}

async function answer(type, content) {
  if (!open) return;
  await post("inbound", { channel: open.channel, from: open.person, to: open.ours, message_type: type, ...content });
}

async function detail(uuid) {
  const message = await get("messages/" + encodeURIComponent(uuid));
  const lines = [`taken ${message.at}`];
  for (const passed of message.history) lines.push(`${passed.at} ${passed.status}${passed.code ? " " + passed.code : ""}`);
  for (const step of message.steps ?? []) lines.push(`step over ${step.channel}: ${step.status ?? "not sent"}`);
  for (const webhook of message.webhooks) {
    for (const attempt of webhook.attempts)
      lines.push(`webhook ${webhook.kind} → ${webhook.url}: ${attempt.status ?? attempt.error} (${attempt.took_ms} ms)`);
    if (!webhook.attempts.length) lines.push(`webhook ${webhook.kind} → ${webhook.url}: ${webhook.state}`);
  }
  $("timeline").replaceChildren(...lines.map((line) => element("li", "", line)));
  const request = message.request;
  $("request").textContent = request ? `${request.method} ${request.path}\n${request.body}\n\n${request.status}\n${request.answer}` : JSON.stringify(message.content, null, 2);
  $("curl").hidden = !request;
  $("curl").onclick = () => navigator.clipboard.writeText(
    `curl -u "$VONAGE_API_KEY:$VONAGE_API_SECRET" -H 'Content-Type: application/json' -d '${request.body.replaceAll("'", "'\\''")}' ${location.origin}${request.path}`);
  $("detail").hidden = false;
  $("close").focus();
}

// A burst of events is one refresh.
let due = false;
function refresh() {
  if (due) return;
  due = true;
  setTimeout(async () => {
    due = false;
    try { await listConversations(); await listMessages(false); } catch { /* the next event tries again */ }
  }, 150);
}

$("search").oninput = () => { setState({ q: $("search").value }); refresh(); };
$("channel").onchange = () => { setState({ channel: $("channel").value }); refresh(); };
$("back").onclick = () => show(null);
$("close").onclick = () => { $("detail").hidden = true; };
$("place").onclick = () => answer("location", { location: { lat: 51.522958, long: -0.085436 } });
$("reply").onsubmit = async (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (!text) return;
  $("text").value = "";
  await answer("text", { text });
};
document.onkeydown = (event) => {
  if (event.key === "/" && !/^(INPUT|SELECT)$/.test(document.activeElement.tagName)) { event.preventDefault(); $("search").focus(); }
  if (event.key === "Escape") { if (!$("detail").hidden) $("detail").hidden = true; else show(null); }
};

const source = new EventSource(api + "events");
source.onopen = () => { $("live").textContent = "live"; $("live").className = "on"; refresh(); };
source.onerror = () => { $("live").textContent = "reconnecting"; $("live").className = ""; };
source.onmessage = refresh;

$("search").value = state().get("q") ?? "";
$("channel").value = state().get("channel") ?? "";
listConversations().then(() => {
  const wanted = Number(state().get("conversation"));
  if (wanted) show(wanted);
});
