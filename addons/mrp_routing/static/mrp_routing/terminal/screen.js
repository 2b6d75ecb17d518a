// What the terminal shows. It decides nothing.

const $ = (selector) => document.querySelector(selector);
const SIGNS = { ok: "OK", ng: "NG", kept: "…" };
const TONES = { ok: [880, 0.12], kept: [660, 0.12], ng: [220, 0.4] };

let audio = null;

function beep(kind) {
  const [pitch, seconds] = TONES[kind];
  navigator.vibrate?.(kind === "ng" ? [120, 80, 120] : 60);
  try {
    audio ??= new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.1;
    tone.frequency.value = pitch;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + seconds);
  } catch {
    // a device without sound still shows it
  }
}

// The last thing that happened: kind is ok, ng or kept.
export function say(kind, sentence, more = "") {
  const news = $("[data-news]");
  news.hidden = false;
  news.className = `scan-news is-${kind}`;
  news.querySelector("strong").textContent = SIGNS[kind];
  news.querySelector("[data-sentence]").textContent = sentence;
  news.querySelector("small").textContent = more;
  beep(kind);
}

export function hush() {
  $("[data-news]").hidden = true;
}

export function drawSlot(name, named, wanted) {
  const slot = $(`[data-slot=${name}]`);
  slot.classList.toggle("is-known", Boolean(named));
  slot.classList.toggle("is-wanted", !named && wanted);
  slot.querySelector("[data-title]").textContent = named ? named.title : slot.dataset.empty;
  slot.querySelector("small").textContent = named?.more ?? "";
}

// One panel at a time: code, machine, amounts or reason.
export function showPanel(name) {
  for (const panel of document.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== name;
}

export function drawActions(chosen) {
  for (const button of document.querySelectorAll("[data-action]")) {
    button.setAttribute("aria-pressed", String(button.dataset.action === chosen));
  }
}

export function drawReasons(reasons, choose) {
  $("[data-reasons]").replaceChildren(
    ...reasons.map((reason) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: reason.title });
      button.className = "btn scan-button";
      button.addEventListener("click", () => choose(reason));
      return button;
    }),
  );
}

export function drawLink(link, count, texts) {
  const lamp = $("[data-lamp]");
  lamp.dataset.lamp = link;
  lamp.classList.toggle("is-lost", link !== "up");
  lamp.lastElementChild.textContent = texts[`link_${link}`];
  $("[data-sign-in]").hidden = link !== "sign_in";
  const unsent = $("[data-unsent]");
  unsent.hidden = !count;
  unsent.textContent = texts.unsent.replace("{count}", count);
}

const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

export function drawHistory(events, texts) {
  $("[data-history]").replaceChildren(
    ...events.map((event) => {
      const row = document.createElement("li");
      row.dataset.verdict = event.verdict;
      const words = [clock.format(new Date(event.at)), event.title, event.message ?? texts.kept];
      row.append(...words.map((text) => Object.assign(document.createElement("span"), { textContent: text })));
      return row;
    }),
  );
}
