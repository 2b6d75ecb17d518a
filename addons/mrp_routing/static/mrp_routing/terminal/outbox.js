// What was scanned is kept on the device before anything is sent, and stays until the server says what became of it:
// a killed tab, a lost answer or a month in a drawer loses nothing. The server knows each event by its id, so sending
// it twice does no harm.

import { openDB } from "../../vendor/idb.js";

const BATCH = 100;
const KEPT = 200;
const PATIENCE = 10_000;
const AGAIN = [2_000, 5_000, 10_000, 30_000];

export const newId = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
};

function upgrade(db) {
  db.createObjectStore("events", { keyPath: "seq" }); // not yet answered
  db.createObjectStore("done", { keyPath: "seq" }); // the latest answers
  db.createObjectStore("names", { keyPath: "code" }); // what codes name, for when there is no network
  db.createObjectStore("meta"); // the device's id, its last number, who is at work where
}

// Opens the device's store. `addresses`: events, page. `changed()` is called when the link or the queue changes.
export async function openOutbox({ addresses, changed }) {
  const db = await openDB("qingmes-terminal", 1, { upgrade });
  let link = navigator.onLine ? "up" : "down";
  let running = null;
  let wanted = false;
  let failures = 0;
  let timer = 0;

  function setLink(now) {
    link = now;
    if (now === "up") failures = 0;
    changed();
  }

  // Keep an event; gives the device's next number, which it gets. What is kept once is never changed, but for how it was sent.
  async function put(event) {
    const tx = db.transaction(["events", "meta"], "readwrite", { durability: "strict" });
    const seq = ((await tx.objectStore("meta").get("seq")) ?? 0) + 1;
    await tx.objectStore("meta").put(seq, "seq");
    await tx.objectStore("events").put({ ...event, seq });
    await tx.done;
    changed();
    return seq;
  }

  async function device() {
    const known = await db.get("meta", "device");
    if (known) return known;
    return newDevice();
  }

  async function newDevice() {
    const made = `web-${newId()}`;
    await db.put("meta", made, "device");
    return made;
  }

  // Send everything that waits, in order; one sender at a time, also over several tabs.
  function flush() {
    clearTimeout(timer);
    timer = 0;
    wanted = true;
    running ??= locked(sendWhileWanted);
    return running;
  }

  async function sendWhileWanted() {
    while (wanted) {
      wanted = false;
      await sendAll();
    }
    running = null; // at once, so that what is put now finds no sender that has looked for the last time
  }

  const locked = (work) => (navigator.locks ? navigator.locks.request("qingmes-terminal", work) : work());

  async function sendAll() {
    let renamed = false;
    for (;;) {
      const events = await db.getAll("events", null, BATCH);
      if (!events.length) return;
      const results = await post(events);
      if (!results) return later(events);
      const taken = results.some((result) => result.code === "number_reused");
      if (taken && renamed) return later(events);
      if (taken) {
        await newDevice(); // this store was copied from another device
        renamed = true;
      }
      await settle(events, results);
      setLink("up");
    }
  }

  async function settle(events, results) {
    const byId = new Map(events.map((event) => [event.id, event]));
    const tx = db.transaction(["events", "done"], "readwrite", { durability: "strict" });
    for (const result of results) {
      const event = byId.get(result.id);
      if (!event || result.code === "number_reused") continue;
      await tx.objectStore("done").put({ ...result, at: event.at, seq: event.seq, title: event.title });
      await tx.objectStore("events").delete(event.seq);
    }
    await tx.objectStore("done").delete(IDBKeyRange.upperBound(events.at(-1).seq - KEPT));
    await tx.done;
  }

  // What could not be sent when it was scanned is judged by its own time.
  async function later(events) {
    const tx = db.transaction("events", "readwrite");
    for (const event of events) if (!event.offline) await tx.store.put({ ...event, offline: true });
    await tx.done;
    schedule();
  }

  function schedule() {
    if (timer) return;
    timer = setTimeout(probe, AGAIN[Math.min(failures, AGAIN.length - 1)]);
    failures += 1;
  }

  // While the link is down, see whether it is back; send what waits.
  async function probe() {
    timer = 0;
    if (await db.count("events")) return flush();
    if (link !== "down") return undefined;
    await ask([]);
    return link === "down" ? schedule() : undefined;
  }

  const words = ({ title, ...event }) => event;

  async function post(events) {
    const body = { device: await device(), sent_at: new Date().toISOString(), events: events.map(words) };
    let response = await call(addresses.events, { method: "POST", body });
    if (response && [400, 401].includes(response.status) && (await readMark())) {
      response = await call(addresses.events, { method: "POST", body });
    }
    if (response?.ok) return (await response.json()).results;
    if (response?.status === 403) setLink("forbidden");
    else if (link !== "sign_in") setLink("down");
    return null;
  }

  const mark = document.querySelector("meta[name=csrf-token]");

  // The page's mark is of another sign-in: read it anew. Whoever is not signed in is led elsewhere.
  async function readMark() {
    const response = await call(addresses.page, {});
    if (!response?.ok) return false;
    if (response.redirected) {
      setLink("sign_in");
      return false;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    mark.content = page.querySelector("meta[name=csrf-token]")?.content ?? "";
    return true;
  }

  async function call(address, { method = "GET", body, patience = PATIENCE }) {
    const headers = { "X-CSRFToken": mark.content, Accept: "application/json" };
    if (body) headers["Content-Type"] = "application/json";
    const signal = AbortSignal.timeout(patience);
    try {
      return await fetch(address, { method, headers, body: body && JSON.stringify(body), signal, cache: "no-store" });
    } catch {
      return null;
    }
  }

  // What codes name, by the server; null while there is no network. A slow answer is no answer.
  async function ask(codes) {
    const query = new URLSearchParams(codes.map((code) => ["code", code]));
    const response = await call(`${addresses.look}?${query}`, { patience: 2_000 });
    if (response?.ok && !response.redirected) {
      if (link !== "up") setLink("up");
      return response.json();
    }
    setLink(response?.redirected ? "sign_in" : "down");
    schedule();
    return null;
  }

  // The answer to an event once it is known; null when there is none in time. Nobody waits for a network that is down.
  async function answer(seq, patience) {
    if (link !== "up") {
      schedule();
      return null;
    }
    const enough = new Promise((resolve) => { setTimeout(resolve, patience); });
    await Promise.race([flush(), enough]);
    return (await db.get("done", seq)) ?? null;
  }

  async function newest(store, count) {
    const found = [];
    let cursor = await db.transaction(store).store.openCursor(null, "prev");
    while (cursor && found.length < count) {
      found.push(cursor.value);
      cursor = await cursor.continue();
    }
    return found;
  }

  async function latest(count) {
    const waiting = (await newest("events", count)).map((event) => ({ ...event, verdict: "unsent" }));
    return [...waiting, ...(await newest("done", count))].sort((a, b) => b.seq - a.seq).slice(0, count);
  }

  window.addEventListener("online", () => { setLink("up"); flush(); });
  window.addEventListener("offline", () => setLink("down"));
  document.addEventListener("visibilitychange", () => document.hidden || flush());
  navigator.storage?.persist?.();

  return {
    put, flush, ask, answer, latest,
    link: () => link,
    count: () => db.count("events"),
    name: (code) => db.get("names", code),
    remember: (named) => db.put("names", named),
    read: (key) => db.get("meta", key),
    write: (key, value) => db.put("meta", value, key),
  };
}
