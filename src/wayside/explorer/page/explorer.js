// The page: one state, which is an address; what is changed in it is asked of the server and drawn.

import { Changes, Connection } from "./ask.js";
import { colour, toggle, whenChanged } from "./colours.js";
import { Controls } from "./controls.js";
import { Hall } from "./hall.js";
import { Histograms } from "./histograms.js";
import { LAYERS, OTHERS, Plane } from "./plane.js";
import { compared, lines, materials, options, rows } from "./texts.js";

const $ = (id) => document.getElementById(id);
const connection = new Connection();
const state = { query: "", page: null, plane: null, relicKey: null, past: [], future: [], committed: "", others: [], point: null, pointer: null };
let timers = [];

function say(text, bad = false) {
  const status = $("status");
  status.textContent = text;
  status.classList.toggle("bad", bad);
}

// --- asking and drawing ------------------------------------------------------------------------

const changes = new Changes(async (pending) => {
  const serial = connection.newer();
  document.body.dataset.asked = serial;
  stopFollowing();
  const question = {
    query: pending.query ?? state.query, changes: pending.changes, place: pending.place,
    base: pending.base, events: plane.visible.events, drawn: state.plane && state.drawn,
  };
  const name = state.page ? "change" : "start";
  const answer = await connection.ask(name, question, { serial });
  if (answer.superseded) return;
  if (answer.error) { say(answer.error, true); document.body.dataset.serial = serial; return; }
  await drawState(answer, changes.idle || changes.pending === null);
  if (answer.others) answer.others.forEach(addOther);
  if (pending.commit) commit(pending.travel);
  document.body.dataset.serial = serial;
  document.body.dataset.drawn = String(performance.timeOrigin + performance.now());
  follow(serial);
});

async function drawState(answer, settled) {
  const { page } = answer;
  const same = !answer.plane, sent = answer.plane ?? state.plane;
  const axesChanged = state.plane && state.plane.x.name !== sent.x.name;
  state.page = page;
  state.plane = sent;
  state.query = page.query;
  state.drawn = plane.visible.events === Boolean(sent.events) ? page.query : null;
  controls.draw(page, settled);
  if (!same) await plane.draw(sent, page.point);
  const stale = page.relic_key !== state.relicKey;
  if (axesChanged) plane.drawRelic(null, false);
  plane.drawRelic(undefined, stale);
  hall.draw(page.hall);
  drawTexts(answer.warnings ?? []);
  if (axesChanged) { state.others.forEach(drawOther); listOthers(); }
  const wrong = Object.keys(page.errors);
  say(wrong.length ? `refused: ${Object.values(page.errors)[0]}` : sent.exact ? "exact" : sent.one_photon ? "preview with one photon" : "preview", wrong.length > 0);
}

function drawTexts(warnings) {
  const { page, plane: sent } = state;
  $("title").textContent = page.title;
  options($("scenario"), page.scenarios, page.scenario);
  $("command").value = page.command;
  $("toml").value = page.toml;
  link();
  const existing = sent.existing.length ? [["searches that reach into the plane", sent.existing.join(", ")]] : [];
  rows($("summary").tBodies[0], [...sent.words, ...existing, ...(state.relicWords ?? [])]);
  for (const box of $("layers").querySelectorAll("input")) box.closest("label").hidden = !plane.has(box.dataset.layer);
  materials($("materials"), { ...page.hall.plan.bodies?.materials, ...page.hall.elevation.bodies?.materials });
  lines($("notes"), [...new Set([...page.notes, ...warnings])].map((text) => `Note: ${text}`));
  $("glance").tHead.rows[0].cells[1].textContent = page.point ? `at the point (${place(page.point)})` : "at the point";
}

function place({ x, y }) { return `${Number(x.toPrecision(4))}, ${Number(y.toPrecision(3))}`; }

function stopFollowing() { timers.forEach(clearTimeout); timers = []; }

// What follows a drawing, as soon as nothing moves any more.
function follow(serial) {
  const later = (ms, job) => timers.push(setTimeout(job, ms));
  const fresh = (answer) => serial === connection.serial && !answer.superseded;
  const query = state.query;
  later(100, address);
  if (state.page.relic_key !== state.relicKey) later(60, async () => {
    const answer = await connection.ask("relic_preview", { query }, { serial });
    // Not over the exact line, which may have been quicker.
    if (fresh(answer) && !answer.error && state.page.relic_key !== state.relicKey) plane.drawRelic(answer.relic, false);
  });
  later(30, async () => {
    if (!state.page.point) return;
    const answer = await connection.ask("glance", { query, ...state.page.point }, { serial });
    if (!fresh(answer)) return;
    state.point = answer.rows ?? [["not computed", answer.error]];
    compared($("glance").tBodies[0], state.point, state.pointer);
  });
  later(200, async () => {
    const answer = await connection.ask("exact", { query, events: plane.visible.events }, { serial });
    if (!fresh(answer)) return;
    if (answer.error) { say(answer.error, true); return; }
    state.plane = answer.plane;
    await plane.draw(answer.plane, state.page.point);
    drawTexts(answer.warnings);
    if (!Object.keys(state.page.errors).length) say("exact");
    document.body.dataset.exact = serial;
    if (state.page.relic_key !== state.relicKey) await relic(serial, fresh);
    document.body.dataset.relic = serial;
    // All is drawn and nothing moves: the next change may find something computed.
    if (serial === connection.serial) await connection.ask("prepare", { query }, { serial });
  });
  if ($("details").open) later(600, () => details(serial, fresh));
}

async function relic(serial, fresh) {
  const key = state.page.relic_key;
  const answer = await connection.ask("relic", { query: state.query }, { serial });
  if (!fresh(answer)) return;
  if (answer.error) { say(answer.error, true); return; }
  state.relicKey = key;
  plane.drawRelic(answer.relic, false);
  state.relicWords = answer.relic === null
    ? [["not shown in this plane", "existing limits and relic density"]]
    : [["relic density", answer.relic.known ? (answer.relic.lines.xs.length ? "a line in the plane" : "no line in the plane") : "not known at these masses"]];
  drawTexts(answer.warnings);
}

async function details(serial, fresh) {
  $("details-words").textContent = "computing";
  const answer = await connection.ask("details", { query: state.query }, { serial });
  if (!fresh(answer)) return;
  $("details-words").textContent = answer.error ?? answer.words;
  $("histograms").hidden = $("channels").hidden = Boolean(answer.error);
  if (answer.error) return;
  histograms.draw(answer.histograms);
  rows($("channels").tBodies[0], Object.entries(answer.channels).map(([name, value]) => [name, value.toFixed(3)]));
}

// --- address, undo -----------------------------------------------------------------------------

function address() {
  const others = state.others.map((other) => `&with=${encodeURIComponent(other.query)}`).join("");
  history.replaceState(null, "", `?${state.query}${others}`);
}

// Where the axes differ there is no common figure.
function link() {
  const drawn = state.others.filter((other) => other.plane && !other.words).map((other) => `&with=${encodeURIComponent(other.query)}`);
  for (const each of $("downloads").querySelectorAll("a")) each.href = `download/${each.dataset.kind}?${state.query}${drawn.join("")}`;
}

function commit(travel) {
  if (!travel && state.query !== state.committed && state.committed) {
    state.past.push(state.committed);
    state.future = [];
  }
  state.committed = state.query;
  $("undo").disabled = !state.past.length;
  $("redo").disabled = !state.future.length;
}

function travel(from, to) {
  if (!from.length) return;
  to.push(state.query);
  controls.held = controls.dirty = null;
  changes.add({ query: from.pop(), changes: {}, commit: true, travel: true });
}

const undo = () => travel(state.past, state.future);
const redo = () => travel(state.future, state.past);

// --- states to compare with --------------------------------------------------------------------

function named(query) {
  const parts = new URLSearchParams(query);
  return [parts.get("scenario"), ...parts.getAll("set")].join(", ");
}

function addOther(query) {
  if (state.others.some((other) => other.query === query)) { say("this state is compared already", true); return; }
  if (state.others.length === OTHERS) { say(`no more than ${OTHERS} states are compared; remove one`, true); return; }
  const taken = new Set(state.others.map((other) => other.slot));
  const slot = [...Array(OTHERS).keys()].find((index) => !taken.has(index));
  const other = { query, slot, plane: null };
  state.others.push(other);
  listOthers();
  address();
  askOther(other);
}

async function askOther(other) {
  const answer = await connection.ask("exact", { query: other.query, events: false }, { part: `/${other.slot}/${other.query}`, serial: 0 });
  other.plane = answer.plane ?? null;
  other.error = answer.error;
  drawOther(other);
  listOthers();
}

function drawOther(other) {
  const same = other.plane && state.plane && other.plane.x.name === state.plane.x.name && other.plane.y.name === state.plane.y.name;
  other.words = other.error ?? (other.plane ? (same ? "" : "has other axes") : "computing");
  plane.drawOther(other.slot, same ? other.plane.lines.contour : null);
}

function listOthers() {
  link();
  $("compared").hidden = !state.others.length;
  $("compared").querySelector("ul").replaceChildren(...state.others.map((other) => {
    const item = document.createElement("li"), swatch = document.createElement("span");
    swatch.className = "swatch";
    swatch.style.borderTop = `3px ${["dashed", "dotted", "dashed", "dashed", "solid"][other.slot]} ${colour(`other-${other.slot}`)}`;
    const words = document.createElement("span");
    words.textContent = named(other.query) + (other.words ? ` (${other.words})` : "");
    const show = document.createElement("button"), remove = document.createElement("button");
    for (const [button, text] of [[show, "Go to"], [remove, "Remove"]]) { button.type = "button"; button.textContent = text; button.setAttribute("aria-label", `${text} ${named(other.query)}`); }
    show.onclick = () => changes.add({ query: other.query, changes: {}, commit: true });
    remove.onclick = () => {
      state.others = state.others.filter((each) => each !== other);
      plane.drawOther(other.slot, null);
      listOthers();
      address();
    };
    item.append(swatch, words, show, remove);
    return item;
  }));
}

// --- the parts of the page ---------------------------------------------------------------------

const controls = new Controls($("controls"), (values, commit) => changes.add({ changes: values, commit }));

let pointed = null, pointing = false;
async function point(x, y) {
  pointed = [x, y];
  if (pointing) return;
  pointing = true;
  while (pointed) {
    const [px, py] = pointed;
    pointed = null;
    const answer = await connection.ask("glance", { query: state.query, x: px, y: py }, { part: "/pointer", serial: 0 });
    if (state.left) break;
    state.pointer = answer.rows ?? [["not computed", answer.error]];
    $("glance").tHead.rows[0].cells[2].textContent = `at the pointer (${place({ x: px, y: py })})`;
    compared($("glance").tBodies[0], state.point, state.pointer);
  }
  pointing = false;
}

const plane = new Plane($("plane"), {
  onTap: (x, y) => changes.add({ changes: {}, place: [x, y], commit: true }),
  onMove: (x, y) => { state.left = false; if (changes.idle) point(x, y); },
  onLeave: () => {
    state.left = true; state.pointer = null;
    $("glance").tHead.rows[0].cells[2].textContent = "at the pointer";
    compared($("glance").tBodies[0], state.point, null);
  },
});
const hall = new Hall({ plan: $("plan"), elevation: $("elevation") }, (values, commit) => changes.add({ changes: values, commit }));
const histograms = new Histograms($("histograms"));

function paintLayers() {
  const made = LAYERS.map((layer) => {
    const label = document.createElement("label"), box = document.createElement("input"), swatch = document.createElement("span");
    box.type = "checkbox";
    box.checked = plane.visible[layer.name];
    box.dataset.layer = layer.name;
    box.onchange = () => {
      plane.setVisible(layer.name, box.checked);
      if (layer.name === "events" && box.checked) changes.add({ changes: {} });
    };
    swatch.className = "swatch";
    if (layer.dash) swatch.style.borderTop = `3px ${{ dashdot: "dashed" }[layer.dash] ?? layer.dash} ${colour(layer.colour)}`;
    else swatch.style.background = colour(layer.colour);
    label.append(box, swatch, layer.words);
    return label;
  });
  $("layers").replaceChildren($("layers").querySelector("legend"), ...made);
}

function repaint() {
  plane.paint();
  hall.repaint();
  histograms.repaint();
  paintLayers();
  listOthers();
}

$("undo").onclick = undo;
$("redo").onclick = redo;
$("keep").onclick = () => addOther(state.query);
$("theme").onclick = () => { toggle(); repaint(); };
$("scenario").onchange = (event) => changes.add({ base: event.target.value, changes: {}, commit: true });
$("details").ontoggle = () => { if ($("details").open && state.page) details(connection.serial, (answer) => !answer.superseded); };
for (const button of document.querySelectorAll("[data-copy]")) {
  button.onclick = async () => {
    const text = $(button.dataset.copy);
    try { await navigator.clipboard.writeText(text.value); say("copied"); } catch { text.select(); say("select and copy with the keyboard"); }
  };
}
addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target.matches('input[type="text"]')) return;
  event.preventDefault();
  event.shiftKey ? redo() : undo();
});
whenChanged(repaint);
paintLayers();

const asked = new URLSearchParams(location.search);
const others = asked.getAll("with");
asked.delete("with");
changes.add({ query: asked.toString(), changes: {}, commit: true });
others.forEach(addOther);
