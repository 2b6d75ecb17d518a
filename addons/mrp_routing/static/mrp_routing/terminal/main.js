// The terminal: badge, machine and ticket in any order, one after the other, until it is clear what the worker means.
// It then keeps an event on the device (outbox.js), sends it, and shows what the server says. Without network it goes on
// by what the codes themselves say.

import { hasCamera, openCamera, readPhoto } from "../../core/camera.js";
import { makeAmounts } from "./amounts.js";
import { parseCodes } from "./codes.js";
import { listenToKeys } from "./keys.js";
import { newId, openOutbox } from "./outbox.js";
import * as screen from "./screen.js";

const config = JSON.parse(document.querySelector("#terminal-config").textContent);
const { texts, actions, reasons, addresses } = config;
const $ = (selector) => document.querySelector(selector);

const SAME = 2_000; // the same code again within this time is a trembling hand
const FORGET = 60_000; // what was scanned and led to nothing
const WAIT_FOR_MACHINE = 10_000;
const PATIENCE = 2_500; // for an answer, until the worker is told that the device has kept it
const OF_MACHINES = ["down", "up"];
const HISTORY = 5;

const outbox = await openOutbox({ addresses, changed: () => redraw() });
const amounts = makeAmounts($("[data-panel=amounts]"), { reasons, texts });
const atWork = new Set((await outbox.read("at_work")) ?? []);
let isMine = (await outbox.read("is_mine")) ?? false;

const nothing = () => ({ worker: null, machine: null, place: null, reason: null, action: null, since: null, seen: null });
let state = nothing();
let panel = "code";
let last = { text: "", at: 0 };
let forgetting = 0;
let starting = 0;
let camera = null;

// ---- one scan after the other; what is pressed meanwhile waits for its turn as well ----

let turn = Promise.resolve();
let turns = 0;

function enqueue(work) {
  turns += 1;
  turn = turn.then(work).catch((error) => {
    screen.say("ng", texts.broken);
    setTimeout(() => { throw error; });
  }).finally(() => { turns -= 1; });
  return turn;
}

const take = (text, at = new Date()) => enqueue(() => one(text, at));

async function one(text, at) {
  if (text === last.text && at - last.at < SAME) return;
  last = { text, at };
  const { parts, problem } = parseCodes(text);
  if (problem) return screen.say("ng", texts[problem]);
  if (panel === "machine" && parts.some((part) => part.kind === "worker")) await send("start");
  clearTimeout(starting);
  const before = { ...state };
  const unknown = await absorb(parts);
  if (unknown) {
    state = before;
    screen.say("ng", unknown);
    if (panel === "machine") waitForMachine();
    return undefined;
  }
  if (panel === "machine" && state.worker.code !== before.worker.code) await startOther(before);
  state.since ??= isComplete() ? at : null;
  screen.hush();
  return decide();
}

// Somebody else's badge was typed: whoever waited for a machine starts without one.
async function startOther(before) {
  const { worker } = state;
  state = before;
  await send("start");
  state = { ...nothing(), worker };
}

// Put what was scanned into its place. Gives a sentence when it names nothing.
async function absorb(parts) {
  for (const part of parts) if (part.kind) await place(part);
  const words = parts.filter((part) => part.word).map((part) => part.word);
  const seen = outbox.link() === "up" ? await outbox.ask([...codes(), ...words]) : null;
  if (seen?.refusal) return seen.refusal;
  if (!seen && words.length) return absorbOffline(words);
  if (seen) await see(seen);
  else state.seen = null;
  return null;
}

async function place({ kind, code, number }) {
  if (kind === "action") {
    state.action = actions[number] ?? state.action;
    return;
  }
  const slot = { ticket: "place", operation: "place" }[kind] ?? kind;
  if (slot === "place" && state.place?.code !== code) state.since = null;
  if (slot === "worker" && state.worker?.code !== code) state.since = null;
  state[slot] = (await outbox.name(code)) ?? { code, title: `${texts[`kind_${kind}`]} ${number}`, more: "" };
}

// Typed numbers that were seen before are known without network, too.
async function absorbOffline(words) {
  for (const word of words) {
    const known = await outbox.name(`word:${word}`);
    if (!known) return texts.offline_word;
    state[known.slot] = known.named;
  }
  return null;
}

async function see(seen) {
  state.seen = seen;
  for (const slot of ["worker", "machine", "place", "reason"]) {
    const named = seen[slot];
    if (!named) continue;
    state[slot] = slot === "place" ? { ...named, asksMachine: seen.asks_machine } : named;
    await outbox.remember(state[slot]);
    if (named.more || slot === "worker") await rememberWord(slot, state[slot]);
  }
  if (seen.action) state.action = seen.action;
  if (seen.worker && seen.place) await setAtWork(seen.is_at_work);
}

// A machine is typed by its code, an operation by `WO202611-0001-1/2`: what people see on the paper.
async function rememberWord(slot, named) {
  const typed = slot === "machine" ? named.more : named.title.replace(" · ", "/").split(" ")[0];
  if (slot === "machine" || slot === "place") await outbox.remember({ code: `word:${typed}`, slot, named });
}

const codes = () => [state.worker, state.machine, state.place, state.reason].filter(Boolean).map((named) => named.code);

const isComplete = () =>
  Boolean(state.worker && (OF_MACHINES.includes(state.action) ? state.machine : state.place));

// ---- what the worker means ----

function decide() {
  clearTimeout(starting);
  if (!isComplete()) return show("code");
  const kind = { pause: "pause", down: "down" }[state.action];
  if (kind && reasons[kind].length && !state.reason) return askReason(kind);
  if (["finish", "report"].includes(state.action)) return askAmounts();
  if (state.action) return send(state.action);
  if (isAtWork()) return askAmounts();
  if (!state.machine && (state.seen?.asks_machine ?? state.place.asksMachine ?? true)) return waitForMachine();
  return send("start");
}

const isAtWork = () => state.seen?.is_at_work ?? atWork.has(mark());

const mark = () => `${state.worker.code}:${state.place.code}`;

async function setAtWork(is) {
  if (is === atWork.has(mark())) return;
  if (is) atWork.add(mark());
  else atWork.delete(mark());
  await outbox.write("at_work", [...atWork]);
}

function askReason(kind) {
  const choose = (reason) => enqueue(() => {
    state.reason = reason;
    return decide();
  });
  screen.drawReasons(reasons[kind], choose);
  show("reason");
}

function askAmounts() {
  const wasOpen = panel === "amounts";
  closeCamera();
  show("amounts");
  amounts.open(state.seen?.available ?? null, wasOpen && state.keepsInput);
  state.keepsInput = true;
}

// The machine may be scanned last, too. Who has none need not do anything.
function waitForMachine() {
  show("machine");
  const bar = $("[data-countdown]");
  bar.replaceChildren(bar.firstElementChild.cloneNode()); // begins anew
  starting = setTimeout(() => enqueue(startWithout), WAIT_FOR_MACHINE);
}

const startWithout = () => panel === "machine" && send("start");

// ---- telling the server ----

async function send(action, quantities) {
  clearTimeout(starting);
  const told = state;
  const event = {
    id: newId(),
    at: (told.since ?? new Date()).toISOString(),
    codes: [told.worker, told.machine, told.place].filter(Boolean).map((named) => named.code),
    action,
    offline: outbox.link() !== "up",
    title: [told.worker.title, (told.place ?? told.machine).title].join(" · "),
  };
  if (quantities) event.qty = quantities;
  if (told.reason) event.reason = told.reason.code;
  let seq;
  try {
    seq = await outbox.put(event);
  } catch {
    return screen.say("ng", texts.not_kept);
  }
  await foresee(action);
  clear();
  return tell(event, told, await outbox.answer(seq, PATIENCE));
}

// Until the server says otherwise, what was kept has happened.
async function foresee(action) {
  if (OF_MACHINES.includes(action) || action === "report") return;
  await setAtWork(!["finish", "pause", "leave"].includes(action));
}

function tell(event, told, answer) {
  if (!answer) return screen.say("kept", texts.kept, event.title);
  const isGood = ["applied", "duplicate"].includes(answer.verdict);
  screen.say(isGood ? "ok" : "ng", answer.message, answer.operation ?? event.title);
  if (isGood || !event.qty || turns > 1 || state.place) return undefined;
  state = { ...told, seen: null }; // what was refused can be put right
  return show("amounts");
}

async function finish(action) {
  const { problem, quantities } = amounts.read();
  if (problem) return screen.say("ng", problem);
  return send(action, quantities);
}

// ---- the page ----

function clear() {
  const worker = isMine ? state.worker : null;
  state = { ...nothing(), worker };
  show("code");
}

function show(name) {
  panel = name;
  screen.showPanel(name);
  clearTimeout(forgetting);
  if (codes().length || state.action) forgetting = setTimeout(() => enqueue(clear), FORGET);
  redraw();
  if (name === "code") $("[data-entry]").focus({ preventScroll: true });
}

async function redraw() {
  screen.drawSlot("worker", state.worker, panel === "code");
  screen.drawSlot("place", state.place, panel === "code");
  screen.drawSlot("machine", state.machine, panel === "machine");
  screen.drawActions(state.action);
  screen.drawLink(outbox.link(), await outbox.count(), texts);
  screen.drawHistory(await outbox.latest(HISTORY), texts);
}

listenToKeys({
  take: (text) => take(text),
  entry: () => $("[data-entry]"),
  enter: () => enqueue({ amounts: () => finish("finish"), machine: startWithout }[panel] ?? (() => {})),
});

$("[data-send-code]").addEventListener("click", () => {
  const field = $("[data-entry]");
  if (field.value.trim()) take(field.value);
  field.value = "";
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-action], [data-do]");
  if (!button) return;
  const { action } = button.dataset;
  enqueue(action ? () => choose(action) : deeds[button.dataset.do]);
});

const deeds = {
  finish: () => finish("finish"),
  report: () => finish("report"),
  pause: () => quit("pause"),
  leave: () => quit("leave"),
  without_machine: startWithout,
  over: startOver,
  camera: () => { if (camera) closeCamera(); else useCamera(); },
  light: () => camera?.light?.(!camera.isLit).then(() => { camera.isLit = !camera.isLit; }),
};

function startOver() {
  clearTimeout(starting);
  state = nothing();
  last = { text: "", at: 0 };
  screen.hush();
  show("code");
}

function quit(action) {
  state.action = action;
  return decide();
}

function choose(action) {
  state.action = state.action === action ? null : action;
  return decide();
}

$("[name=is_mine]").checked = isMine;
$("[name=is_mine]").addEventListener("change", (event) => {
  isMine = event.target.checked;
  outbox.write("is_mine", isMine);
});

async function useCamera() {
  if (!hasCamera()) {
    $("[data-photo]").click();
    return;
  }
  const video = $("[data-video]");
  $("[data-camera]").hidden = false;
  try {
    camera = await openCamera({ video, reader: config.reader, found: (text) => take(text) });
    $("[data-do=light]").hidden = !camera.light;
  } catch {
    closeCamera();
    screen.say("ng", texts.no_camera);
  }
}

function closeCamera() {
  camera?.close();
  camera = null;
  $("[data-camera]").hidden = true;
}

$("[data-photo]").addEventListener("change", async (event) => {
  const [file] = event.target.files;
  event.target.value = "";
  const text = file && (await readPhoto({ file, reader: config.reader }).catch(() => null));
  if (text) take(text);
  else screen.say("ng", texts.no_code);
});

// ---- without network the page itself comes from the device ----

async function keepPage() {
  const cache = await caches.open("terminal");
  const needed = performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => name.includes("/static/"));
  const wanted = [...new Set([new URL(addresses.page, location.href).href, ...needed, ...config.keep.map((path) => new URL(path, location.href).href)])];
  for (const known of await cache.keys()) if (!wanted.includes(known.url)) await cache.delete(known);
  await Promise.all(wanted.map(async (url) => {
    const isOld = url.includes("/static/") && url.includes("v=") && (await cache.match(url));
    if (!isOld) await cache.add(url).catch(() => {});
  }));
}

if (navigator.serviceWorker && window.caches && navigator.onLine) {
  navigator.serviceWorker.register(addresses.worker, { scope: addresses.page }).then(keepPage).catch(() => {});
}

show("code");
outbox.flush();
document.body.dataset.ready = "";
window.terminal = { take, done: () => turn }; // for scanners that are built into a device
