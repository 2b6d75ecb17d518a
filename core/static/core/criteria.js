// The form builder of conditions. Rows come from the server; here the page is read back into a tree of JSON.
const initial = new WeakMap();
let role = "";

export function connectCriteria(root) {
  for (const input of root.querySelectorAll("[data-criteria] :is(input, textarea)[data-given]")) initial.set(input, input.value);
  const part = root.matches?.("[data-part]") ? root : null;
  if (!part?.closest("[data-criteria]")) return;
  focusOn(part);
  write(part);
}

// Whoever chose a field goes on where he was; a new row begins with its field.
function focusOn(part) {
  const first = part.querySelector(role ? `[data-${role}]` : "[data-path]") || part.querySelector("select");
  first?.focus();
  role = "";
}

function write(inside) {
  const editor = inside.closest("[data-criteria]");
  const result = editor.querySelector("[data-result]");
  const tree = treeOf(editor.querySelector("[data-group]"), true);
  const text = tree === undefined ? "" : JSON.stringify(tree);
  if (text === result.value) return;
  result.value = text;
  result.dispatchEvent(new Event("input", { bubbles: true }));
  result.dispatchEvent(new Event("change", { bubbles: true }));
}

function treeOf(part, isRoot = false) {
  if (part.matches("[data-leaf]")) return leafOf(part);
  const parts = [...part.children].filter((child) => child.matches("[data-part]"));
  const trees = parts.map((child) => treeOf(child)).filter((tree) => tree !== undefined);
  if (!trees.length && (isRoot ? "bare" in part.dataset : parts.length)) return undefined;
  if ("bare" in part.dataset && trees.length === 1) return trees[0];
  const join = part.querySelector("[data-join]").value;
  const tree = { and: { and: trees }, or: { or: trees }, none: { not: { or: trees } }, nand: { not: { and: trees } } }[join];
  return denied(tree, Number(part.dataset.nots));
}

function leafOf(row) {
  const chosen = row.querySelector("[data-path]").value;
  if (!chosen) return undefined;
  const total = row.querySelector("[data-total]")?.value;
  const leaf = { field: total && !chosen.includes("(") ? `${total}(${chosen})` : chosen };
  const shown = row.querySelector("[data-op]")?.value;
  if (!shown) return leaf;
  leaf.op = shown.replace("!", "");
  const values = [...row.querySelectorAll("[data-as]")].map((input) => valueOf(input, row));
  if (leaf.op === "between") leaf.value = values;
  else if (values.length) leaf.value = values[0];
  return denied(leaf, Number(row.dataset.nots) + (shown.startsWith("!") ? 1 : 0));
}

function denied(tree, times) {
  return times > 0 ? denied({ not: tree }, times - 1) : tree;
}

// What nobody touched goes back exactly as it came.
function valueOf(input, row) {
  const mode = input.closest("[data-day]")?.querySelector("[data-mode]").value;
  if (mode && mode !== input.dataset.as) return BLANK_DAYS[mode];
  if (input.dataset.given && initial.has(input) && initial.get(input) === input.value) return JSON.parse(input.dataset.given);
  return READERS[input.dataset.as](input, row);
}

const BLANK_DAYS = { day: "", moment: "T", today: { today: 0 } };
const READERS = {
  text: (input) => input.value.trim(),
  integer: (input) => number(input.value),
  json: (input) => (input.value ? JSON.parse(input.value) : null),
  choices: (box) => inOrder([...box.querySelectorAll("input:checked")], JSON.parse(box.dataset.given)),
  several: (select) => inOrder([...select.selectedOptions], JSON.parse(select.dataset.given)),
  list: (area) => area.value.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => listed(line, area.dataset.kind)),
  day: (input) => input.value,
  moment: (input, row) => (input.value ? input.value + row.closest("[data-criteria]").dataset.offset : "T"),
  today: (input) => ({ today: Number(input.value || 0) }),
};

// What is chosen stands in the order of what is offered; a list that nobody changed keeps its own.
function inOrder(chosen, given) {
  const values = chosen.map((one) => JSON.parse(one.value));
  const before = new Set(given.map((value) => JSON.stringify(value)));
  const isSame = before.size === values.length && values.every((value) => before.has(JSON.stringify(value)));
  return isSame ? given : values;
}

function number(text) {
  return /^\s*-?\d{1,15}\s*$/.test(text) ? Number(text) : text.trim();
}

function listed(line, kind) {
  const days = ["date", "datetime"].includes(kind) && /^today\s*([+-]\s*\d+)?$/i.exec(line);
  if (days) return { today: Number((days[1] || "0").replaceAll(" ", "")) };
  return ["integer", "link"].includes(kind) ? number(line) : line;
}

// Before htmx asks for a row, and whenever something is changed.
document.addEventListener("change", (event) => changed(event), true);
document.addEventListener("input", (event) => changed(event));

function changed(event) {
  const part = event.target.closest?.("[data-criteria] [data-part]");
  if (!part) return;
  if (event.target.matches("[data-join]") && "bare" in part.dataset) delete part.dataset.bare;
  write(part);
}

document.body.addEventListener("htmx:configRequest", (event) => {
  const asking = event.detail.elt;
  const editor = asking.closest("[data-criteria]");
  if (!editor) return;
  role = ["path", "total", "op", "mode"].find((name) => name in asking.dataset) || "";
  const only = JSON.parse(editor.dataset.only);
  if (only.length) event.detail.parameters.only = only;
  const row = asking.closest("[data-leaf]");
  if (row && !("beside" in asking.dataset)) event.detail.parameters.part = JSON.stringify(asked(row, role));
});

// Another field begins anew: what was asked of the one before means nothing to it.
function asked(row, by) {
  const tree = leafOf(row) || { field: "" };
  if (by !== "path") return tree;
  let leaf = tree;
  while (leaf.not) leaf = leaf.not;
  return { field: row.querySelector("[data-path]").value };
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-criteria] [data-remove]");
  if (button) remove(button.closest("[data-part]"));
});

document.addEventListener("keydown", (event) => {
  const row = event.target.closest?.("[data-criteria] [data-leaf]");
  if (row && event.ctrlKey && event.key === "Delete") remove(row);
});

function remove(part) {
  const group = part.parentElement.closest("[data-part]");
  const isLast = group.querySelectorAll(":scope > [data-part]").length === 1;
  if (isLast && group.parentElement.closest("[data-part]")) return remove(group);
  const near = part.previousElementSibling?.matches("[data-part]") ? part.previousElementSibling : part.nextElementSibling;
  part.remove();
  if (isLast) group.dataset.bare = "";
  write(group);
  near?.querySelector("select, button")?.focus();
}
