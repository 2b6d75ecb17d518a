// Forms: line tables by keyboard, totals, and a warning before typed text is lost.
import { connectLinks } from "./links.js";
import { pasteRows } from "./paste.js";

let dirty = false;

export function connectForms(root) {
  for (const table of root.querySelectorAll("[data-lines]")) connectLines(table);
  for (const form of root.querySelectorAll("form[data-guard]")) {
    form.addEventListener("input", () => { dirty = true; });
    form.addEventListener("submit", () => { dirty = false; });
    if (form.dataset.guard === "dirty") dirty = true;
  }
}

document.addEventListener("keydown", (event) => {
  const form = document.querySelector("#record-form");
  if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || !form) return;
  event.preventDefault();
  if (document.querySelector("[form=record-form]")) form.requestSubmit();
});

// Choosing in the conflict dialog settles what stands in the form behind it.
for (const kind of ["submit", "click"]) {
  document.addEventListener(kind, (event) => { if (event.target.matches?.("[data-settles]")) dirty = false; });
}

window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

// A line table: rows are named `lines-0-quantity`; the row in <template> is for new lines.
function connectLines(table) {
  if (table.dataset.connected) return;
  table.dataset.connected = "yes";
  table.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-line], [data-remove-line]");
    if (!button) return;
    if (button.matches("[data-add-line]")) addLine(table);
    else removeLine(table, button.closest("tr"));
  });
  table.addEventListener("paste", (event) => pasteRows(event, () => addLine(table)));
  table.addEventListener("keydown", (event) => lineKey(table, event));
  table.addEventListener("input", () => showTotals(table));
  showTotals(table);
}

function addLine(table) {
  const next = Number(table.dataset.next);
  table.dataset.next = String(next + 1);
  const row = table.querySelector("template").content.cloneNode(true).firstElementChild;
  for (const named of row.querySelectorAll("[name], [id], [for]")) {
    for (const attribute of ["name", "id", "for"]) {
      const value = named.getAttribute(attribute);
      if (value) named.setAttribute(attribute, value.replace("__N__", String(next)));
    }
  }
  table.querySelector("tbody").append(row);
  dirty = true;
  connectLinks(row);
  const first = row.querySelector("select, input:not([type=hidden])");
  (first?.tomselect || first)?.focus();
  return row;
}

function lineKey(table, event) {
  const cell = event.target.closest("td");
  if (!cell || event.target.closest(".ts-wrapper")) return;
  const rows = [...table.querySelectorAll("tbody tr")];
  const row = cell.parentElement;
  const at = rows.indexOf(row);
  const last = at === rows.length - 1;
  if (event.key === "Enter" && event.target.tagName !== "TEXTAREA") {
    event.preventDefault();
    if (last) addLine(table); else focusCell(rows[at + 1], cell.cellIndex);
  }
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && event.target.tagName === "INPUT" && rows[at + step]) {
    event.preventDefault();
    focusCell(rows[at + step], cell.cellIndex);
  }
  if (event.key === "Delete" && event.ctrlKey) removeLine(table, row);
}

function removeLine(table, row) {
  row.remove();
  dirty = true;
  showTotals(table);
}

function focusCell(row, index) {
  const field = row.cells[index]?.querySelector("input, select, textarea");
  (field?.tomselect || field)?.focus();
}

// Totals are shown with exact decimal arithmetic on scaled integers, as the server keeps them.
function showTotals(table) {
  for (const shown of table.querySelectorAll("[data-total]")) {
    const name = shown.dataset.total;
    let sum = 0n;
    for (const input of table.querySelectorAll(`tbody [data-field="${name}"]`)) sum += scaled(input.value);
    shown.textContent = unscaled(sum);
  }
}

function scaled(text) {
  const match = /^\s*(-?)(\d*)(?:\.(\d{0,6}))?\s*$/.exec(text.replaceAll(",", ""));
  if (!match) return 0n;
  const value = BigInt((match[2] || "0") + (match[3] || "").padEnd(6, "0"));
  return match[1] ? -value : value;
}

function unscaled(value) {
  const digits = (value < 0n ? -value : value).toString().padStart(7, "0");
  const whole = digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",");
  const rest = digits.slice(-6).replace(/0+$/, "");
  return (value < 0n ? "-" : "") + whole + (rest ? `.${rest}` : "");
}
