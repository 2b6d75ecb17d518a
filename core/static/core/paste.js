// Rows copied from a spreadsheet are pasted into a line table, from the cell at hand to the right and down.
export function pasteRows(event, addLine) {
  const text = event.clipboardData?.getData("text/plain") || "";
  const cell = event.target.closest("td");
  if (!cell || !/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  let row = cell.parentElement;
  for (const line of text.replace(/\s+$/, "").split(/\r?\n/)) {
    row ??= addLine();
    fill(row, cell.cellIndex, line.split("\t"));
    row = row.nextElementSibling;
  }
}

function fill(row, first, values) {
  values.forEach((value, n) => {
    const field = row.cells[first + n]?.querySelector("input:not([type=hidden]), select, textarea");
    if (!field || field.dataset.link !== undefined) return;
    if (field.type === "checkbox") field.checked = /^(1|x|y|yes|true|是|√|✓)$/i.test(value.trim());
    else if (field.tagName === "SELECT") choose(field, value.trim());
    else field.value = value.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });
}

function choose(select, text) {
  const option = [...select.options].find((one) => one.text.trim() === text || one.value === text);
  if (option) select.value = option.value;
}
