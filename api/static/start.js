"use strict";
// Shows workflows and runs. Whatever users or models wrote goes in as text, never as HTML.

const at = (id) => document.getElementById(id);

function el(tag, attributes = {}, ...children) {
  const { onclick, ...rest } = attributes;
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(rest)) element.setAttribute(name, value);
  if (onclick) element.addEventListener("click", onclick);
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

function say(text) {
  at("notice").textContent = text;
  at("notice").hidden = !text;
}

async function call(path, options = {}) {
  const answer = await fetch(path, options);
  const body = answer.status === 204 ? null : await answer.json();
  if (answer.ok) return body;
  const places = (body.problems || []).map((problem) => "• " + problem.message);
  throw new Error([body.detail, ...places].join("\n"));
}

async function attempt(work) {
  try {
    say("");
    return await work();
  } catch (error) {
    say(error instanceof TypeError ? "Nodeloom does not answer; is it still running?" : error.message);
  }
}

const send = (method, body) => ({ method, body, headers: { "Content-Type": "application/json" } });
const time = (text) => new Date(text).toLocaleString();
const took = (ms) => (ms === null ? "" : ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);
const status = (word) => el("span", { class: `status ${word}` }, word);
const ended = (word) => !["PENDING", "RUNNING"].includes(word);

// The lists -----------------------------------------------------------------

const names = new Map();

function workflowRow(workflow) {
  const last = workflow.lastRun;
  return el("li", {},
    el("div", {},
      el("div", { class: "name" }, workflow.name),
      el("div", { class: "quiet" }, `no. ${workflow.id}, revision ${workflow.revision}, saved ${time(workflow.updatedAt)} `,
        last && el("a", { href: `#run/${last.id}` }, status(last.status)))),
    el("button", { onclick: () => attempt(() => start(workflow.id)) }, "Run"));
}

function runRow(run) {
  const done = `${run.counts.completed} of ${run.counts.total} nodes`;
  return el("li", {},
    el("div", {},
      el("a", { class: "name", href: `#run/${run.id}` }, names.get(run.workflowId) || `Workflow ${run.workflowId}`),
      el("div", { class: "quiet" }, `${time(run.createdAt)}, ${done} ${took(run.durationMs)}`)),
    status(run.status));
}

function fill(list, rows, otherwise) {
  list.replaceChildren(...(rows.length ? rows : [el("li", { class: "quiet" }, otherwise)]));
}

let seen = "";

async function refreshLists() {
  const [workflows, runs] = await Promise.all([call("/api/workflows?limit=30"), call("/api/runs?limit=15")]);
  const now = JSON.stringify([workflows, runs]);
  if (now === seen) return; // keep focus and selection where they are
  seen = now;
  for (const workflow of workflows.items) names.set(workflow.id, workflow.name);
  fill(at("workflows"), workflows.items.map(workflowRow), "No workflow yet. Upload a graph, or run an example from the command line.");
  fill(at("runs"), runs.items.map(runRow), "Nothing has run yet.");
}

async function start(workflowId) {
  const run = await call(`/api/workflows/${workflowId}/runs`, send("POST", '{"scope": {"kind": "all"}}'));
  location.hash = `run/${run.id}`;
}

async function upload(file) {
  const workflow = await call("/api/workflows", send("POST", await file.text()));
  const { problems } = await call(`/api/workflows/${workflow.id}/check`, { method: "POST" });
  await refreshLists();
  if (!problems.length) return;
  say(`Saved “${workflow.name}”. Before it can run:\n` + problems.map((problem) => "• " + problem.message).join("\n"));
}

// One run -------------------------------------------------------------------

function valueView(value) {
  if (value.kind === "text") return el("pre", { class: "text" }, value.text);
  if (value.kind === "number") return el("pre", { class: "text" }, String(value.number));
  const facts = el("div", { class: "quiet" }, `${value.width} × ${value.height}, ${value.mediaType}`);
  if (value.kind === "video") return el("div", {}, el("video", { src: value.url, controls: "", preload: "metadata" }), facts);
  const picture = el("img", { class: "picture", src: `${value.url}?width=640`, alt: "", loading: "lazy" });
  return el("div", {}, el("a", { href: value.url, target: "_blank", rel: "noopener" }, picture), facts);
}

function inputsView(input, open) {
  const ports = Object.entries(input);
  if (!ports.length) return null;
  const views = ports.map(([port, value]) => el("div", {}, el("div", { class: "quiet" }, port), ...[value].flat().map(valueView)));
  return el("details", open ? { open: "" } : {}, el("summary", {}, `Inputs (${ports.length})`), ...views);
}

function nodeView(node, open) {
  const attempt = node.attempt > 1 ? `, attempt ${node.attempt}` : "";
  const tokens = node.usage ? `, ${node.usage.totalTokens} tokens` : "";
  return el("li", { class: node.status },
    el("div", { class: "title" }, el("span", { class: "name" }, node.label), status(node.status)),
    el("div", { class: "quiet" }, `${node.nodeType} ${took(node.durationMs)}${attempt}${tokens}${node.reused ? ", reused" : ""}`),
    node.error && el("p", { class: node.status === "FAILED" ? "error" : "quiet" }, node.error.message),
    node.output && valueView(node.output),
    node.status === "RUNNING" && liveView(node.nodeId, node.attempt),
    inputsView(node.input, open));
}

// What a model says while it says it. Pieces may be missing; the output has the whole text.

const live = new Map();

function liveView(nodeId, attempt) {
  const said = live.get(nodeId);
  const text = said && said.attempt === attempt ? said.text : "";
  const view = el("pre", { class: "text", "data-live": "" }, text);
  view.hidden = !text;
  live.set(nodeId, { attempt, text, end: text ? said.end : 0, view });
  return view;
}

function hear({ nodeId, attempt, offset, text }) {
  const said = live.get(nodeId);
  const known = said && said.attempt === attempt && offset > 0;
  const before = known ? said.text : "";
  const gap = offset > (known ? said.end : 0) ? "…" : "";
  const now = { attempt, text: before + gap + text, end: offset + [...text].length, view: said && said.view };
  live.set(nodeId, now);
  if (!now.view) return;
  now.view.textContent = now.text;
  now.view.hidden = false;
  now.view.scrollTop = now.view.scrollHeight;
}

const cards = new Map();

function showNode(node) {
  const now = JSON.stringify(node);
  const old = cards.get(node.id);
  if (old && old.now === now) return old.view;
  const view = nodeView(node, Boolean(old && old.view.querySelector("details[open]")));
  cards.set(node.id, { now, view });
  return view;
}

let shown = null;

async function showRun(id) {
  const run = await call(`/api/runs/${id}`);
  if (!names.has(run.workflowId)) names.set(run.workflowId, `Workflow ${run.workflowId}`);
  if (shown !== id) return;
  at("run-title").replaceChildren(names.get(run.workflowId) + " ", status(run.status));
  at("run-facts").textContent = `Started ${time(run.createdAt)} at revision ${run.revision}. ` +
    `${run.counts.completed} of ${run.counts.total} nodes completed ${took(run.durationMs)}`;
  at("run-error").textContent = run.error ? run.error.message : "";
  at("run-error").hidden = !run.error;
  at("run-buttons").replaceChildren(
    ended(run.status)
      ? el("button", { onclick: () => attempt(() => start(run.workflowId)) }, "Run again")
      : el("button", { onclick: () => attempt(() => call(`/api/runs/${id}/cancel`, { method: "POST" })) }, "Cancel"));
  const views = run.nodeExecutions.map(showNode);
  if (views.some((view, index) => at("nodes").children[index] !== view)) at("nodes").replaceChildren(...views);
}

let stream = null;

function follow(id) {
  let waiting = null;
  const refresh = () => {
    waiting ??= setTimeout(() => { waiting = null; attempt(() => showRun(id)); }, 60);
  };
  stream = new EventSource(`/api/runs/${id}/events`);
  stream.addEventListener("node", refresh);
  stream.addEventListener("token", (event) => hear(JSON.parse(event.data)));
  stream.addEventListener("run", (event) => {
    if (ended(JSON.parse(event.data).status)) event.target.close();
    refresh();
  });
}

// Which of the two is open is in the address --------------------------------

function route() {
  stream?.close();
  cards.clear();
  live.clear();
  at("nodes").replaceChildren();
  const [page, id] = location.hash.slice(1).split("/");
  shown = page === "run" && id ? id : null;
  at("home").hidden = Boolean(shown);
  at("run").hidden = !shown;
  if (!shown) return attempt(refreshLists);
  return attempt(async () => { await refreshLists(); await showRun(id); follow(id); });
}

async function greet() {
  const me = await call("/api/me");
  at("demo").hidden = !me.demoModel;
  at("prefect").hidden = !me.prefectUrl;
  if (me.prefectUrl) at("prefect").setAttribute("href", me.prefectUrl);
}

at("upload").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  if (file) await attempt(() => upload(file));
  event.target.value = "";
});
window.addEventListener("hashchange", route);
setInterval(() => { if (!shown && !document.hidden) refreshLists().catch(() => {}); }, 2000);
attempt(greet).then(route);
