// The console page: follows the NDJSON stream of /v1/realtime/events, writes over HTTP, holds over
// the Realtime socket. Plain JavaScript; everything shown is set as text, never as markup.
"use strict";

const $ = (id) => document.getElementById(id);
const records = new Map(); // $id -> presence
let mentioned = null; // ids named since `reset`, until `current`
let settings = { project: "", kind: "guest", credential: "" };
let stream = null; // AbortController of the open stream
let socket = null;
let resumeToken = "";

function setState(state, text) {
  $("state").dataset.state = state;
  $("state").textContent = text;
}

function log(text) {
  const item = document.createElement("li");
  const time = document.createElement("time");
  time.textContent = new Date().toLocaleTimeString();
  item.append(time, text);
  $("log").prepend(item);
  while ($("log").children.length > 200) $("log").lastChild.remove();
}

function headers(extra = {}) {
  const all = { ...extra };
  if (settings.project) all["X-Appwrite-Project"] = settings.project;
  if (settings.kind === "jwt") all["X-Appwrite-JWT"] = settings.credential;
  if (settings.kind === "key") all["X-Appwrite-Key"] = settings.credential;
  return all;
}

async function problemOf(response) {
  try {
    const body = await response.json();
    return `${body.message} (${body.type})`;
  } catch {
    return `the server answered ${response.status}`;
  }
}

// ---- the live table

function cell(text, code) {
  const td = document.createElement("td");
  const holder = code ? document.createElement("code") : td;
  holder.textContent = text;
  if (code) td.append(holder);
  return td;
}

function remaining(presence) {
  const seconds = Math.round((Date.parse(presence.expiresAt) - Date.now()) / 1000);
  if (seconds > 86400) return `${Math.round(seconds / 86400)} d`;
  if (seconds > 3600) return `${Math.round(seconds / 3600)} h`;
  if (seconds > 120) return `${Math.round(seconds / 60)} min`;
  return `${Math.max(0, seconds)} s`;
}

function show(presence) {
  records.set(presence.$id, presence);
  const row = document.createElement("tr");
  row.dataset.id = presence.$id;
  row.className = "fresh";
  const expires = cell(remaining(presence));
  expires.className = "expires";
  const remove = document.createElement("button");
  remove.textContent = "Delete";
  remove.setAttribute("aria-label", `Delete ${presence.$id}`);
  remove.addEventListener("click", () => erase(presence.$id));
  const actions = document.createElement("td");
  actions.append(remove);
  row.append(cell(presence.$id, true), cell(presence.userId), cell(presence.status), expires,
             cell(JSON.stringify(presence.metadata), true), actions);
  const old = rowOf(presence.$id);
  if (old) old.replaceWith(row); else $("rows").append(row);
  summarize();
}

function rowOf(id) {
  return [...$("rows").children].find((row) => row.dataset.id === id);
}

function hide(id) {
  records.delete(id);
  rowOf(id)?.remove();
  summarize();
}

function summarize() {
  $("empty").hidden = records.size > 0;
  $("count").textContent = records.size === 1 ? "1 presence" : `${records.size} presences`;
}

setInterval(() => {
  for (const row of $("rows").children) {
    const presence = records.get(row.dataset.id);
    if (presence) row.querySelector(".expires").textContent = remaining(presence);
  }
}, 1000);

// ---- the stream

function apply(message) {
  if (message.resumeToken) resumeToken = message.resumeToken;
  if (message.reset) mentioned = new Set();
  for (const change of message.changes?.changes ?? []) {
    const presence = change.presence;
    mentioned?.add(presence.$id);
    const gone = ["DELETED", "EXPIRED", "REMOVED"].includes(change.type);
    if (gone) hide(presence.$id); else show(presence);
    log(`${change.type.toLowerCase()} ${presence.$id} · ${presence.userId} · ${presence.status}`);
  }
  if (message.current) {
    if (mentioned) {
      for (const id of [...records.keys()]) if (!mentioned.has(id)) hide(id);
      mentioned = null;
    }
    setState("live", "live");
    summarize();
  }
}

async function readStream(signal) {
  const query = new URLSearchParams({ "channels[]": "presences" });
  if (resumeToken) query.set("resumeToken", resumeToken);
  const response = await fetch(`/v1/realtime/events?${query}`, {
    headers: headers({ Accept: "application/x-ndjson" }), signal,
  });
  if (!response.ok) throw Object.assign(new Error(await problemOf(response)), { final: response.status < 500 });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    for (const line of lines) if (line.trim()) apply(JSON.parse(line));
  }
}

async function follow() {
  stream?.abort();
  const own = (stream = new AbortController());
  let attempt = 0;
  while (stream === own) {
    setState(attempt ? "stale" : "connecting", attempt ? "reconnecting…" : "connecting…");
    try {
      await readStream(own.signal);
      attempt = 0;
    } catch (error) {
      if (own.signal.aborted) return;
      if (error.final) {
        setState("refused", "refused");
        $("connectError").textContent = error.message;
        return;
      }
    }
    attempt += 1;
    await new Promise((resolve) => setTimeout(resolve, Math.min(500 * attempt, 5000)));
  }
}

// ---- writing

async function erase(id) {
  const response = await fetch(`/v1/presences/${encodeURIComponent(id)}`, {
    method: "DELETE", headers: headers({ "Content-Type": "application/json" }), body: "{}",
  });
  if (!response.ok) $("writeError").textContent = await problemOf(response);
}

function draft(form) {
  const body = { status: form.get("status") };
  if (form.get("metadata")) body.metadata = JSON.parse(form.get("metadata"));
  if (form.get("readers")) body.permissions = [form.get("readers")];
  return body;
}

function makeId() {
  return [...crypto.getRandomValues(new Uint8Array(10))].map((b) => b.toString(16).padStart(2, "0")).join("");
}

async function upsert(id, body) {
  const response = await fetch(`/v1/presences/${encodeURIComponent(id)}`, {
    method: "PUT", headers: headers({ "Content-Type": "application/json" }), body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await problemOf(response));
}

function hold(id, body) {
  socket?.close(1000);
  const query = new URLSearchParams();
  if (settings.project) query.set("project", settings.project);
  if (settings.kind === "jwt") query.set("jwt", settings.credential);
  socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/v1/realtime?${query}`);
  socket.addEventListener("message", (event) => {
    const message = JSON.parse(event.data);
    if (message.type === "connected") {
      socket.send(JSON.stringify({ type: "presence", data: { presenceId: id, ...body } }));
    } else if (message.type === "response") {
      log(`holding ${message.data.presence?.$id}: online while this page is open`);
    } else if (message.type === "error") {
      $("writeError").textContent = message.data.message;
    }
  });
  socket.addEventListener("close", (event) => log(`socket closed (${event.code})`));
}

$("connect").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  settings = Object.fromEntries(form);
  $("connectError").textContent = "";
  resumeToken = "";
  for (const id of [...records.keys()]) hide(id);
  follow();
});

$("upsert").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = new FormData(event.target);
  $("writeError").textContent = "";
  try {
    const id = form.get("presenceId") || makeId();
    const body = draft(form);
    if (event.submitter?.value === "hold") {
      hold(id, body);
    } else {
      if (form.get("userId")) body.userId = form.get("userId");
      await upsert(id, body);
    }
  } catch (error) {
    $("writeError").textContent = error.message;
  }
});

summarize();
