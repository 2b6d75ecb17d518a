// Lists: picking rows, the keyboard (j k Enter x), the editor of a filter.
import { keepTrail } from "./trail.js";

export function connectLists(root) {
  for (const list of root.querySelectorAll("[data-list]")) {
    if (list.dataset.connected) continue;
    list.dataset.connected = "yes";
    list.addEventListener("change", (event) => pick(list, event.target));
    countPicked(list);
    keepTrail(list.dataset.list, rows().map((row) => row.dataset.href.split("/").pop()));
  }
}

function rows() {
  return [...document.querySelectorAll("[data-list] tbody tr[data-href]")];
}

function pick(list, box) {
  if (box.matches("[data-pick-all]")) {
    for (const other of list.querySelectorAll("input[name=id]")) other.checked = box.checked;
  }
  countPicked(list);
}

function countPicked(list) {
  const count = list.querySelectorAll("input[name=id]:checked").length;
  list.classList.toggle("has-picked", count > 0);
  for (const shown of list.querySelectorAll("[data-picked]")) shown.textContent = count;
}

// A click anywhere on a row opens it, unless something was meant by it: a link, a box, text being marked.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-list] tr[data-href]");
  if (!row || event.target.closest("a, input, button, label") || String(window.getSelection())) return;
  if (event.target.closest(".pick")) row.querySelector("input[name=id]").click();
  else window.location = row.dataset.href;
});

// Text cut off by its column is told in full under the pointer.
document.addEventListener("mouseover", (event) => {
  const cell = event.target.closest(".qm-table td");
  if (cell && !cell.title && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent.trim();
});

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.classList.contains("current"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
  all[at]?.classList.remove("current");
  next?.classList.add("current");
  next?.scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  Enter: () => { const row = document.querySelector("tr.current"); if (row) window.location = row.dataset.href; },
  x: () => document.querySelector("tr.current input[name=id]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input, textarea, select, button, a, dialog, summary")) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (KEYS[event.key] && rows().length) { event.preventDefault(); KEYS[event.key](); }
});

// The editor of a filter shows, and sends, the inputs of the operator chosen.
document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-editor] [data-op]")) return;
  for (const part of event.target.form.querySelectorAll("[data-for]")) {
    const fits = part.dataset.for.split(" ").includes(event.target.value);
    part.hidden = part.disabled = !fits;
  }
});
