// Lines that are not picked are left out: their fields are switched off, so that the form does not send them.
// What the entries leave over is reckoned while typing; the server has the last word.

const form = document.getElementById("release");
const all = form.querySelector("[data-pick-all]");
const rows = [...form.querySelectorAll("[data-open]")];
const numbers = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 6 });

const pick = (row) => row.querySelector("[data-pick]");
const amounts = (row) => [...row.querySelectorAll("[data-amount]")];

function show(row) {
  const picked = pick(row).checked;
  row.classList.toggle("is-out", !picked);
  for (const input of amounts(row)) input.disabled = !picked;
  const left = Number(row.dataset.open) - amounts(row).reduce((sum, input) => sum + Number(input.value), 0);
  const cell = row.querySelector("[data-left]");
  cell.textContent = Number.isNaN(left) ? "" : numbers.format(Number(left.toFixed(6)));
  cell.classList.toggle("is-over", left < 0);
}

function count() {
  const picked = rows.filter((row) => pick(row).checked).length;
  form.querySelector("[data-count]").textContent = `(${picked})`;
  form.querySelector("[type=submit]").disabled = picked === 0;
  all.checked = picked === rows.length;
  all.indeterminate = picked > 0 && picked < rows.length;
}

form.addEventListener("input", (event) => {
  if (event.target === all) for (const row of rows) pick(row).checked = all.checked;
  for (const row of rows) if (event.target === all || row.contains(event.target)) show(row);
  count();
});

for (const row of rows) show(row);
count();
