// Tables of rights: a search box hides the rows that do not fit, a check box those that are not marked.
for (const control of document.querySelectorAll("[data-filter-rows], [data-only-marked]")) {
  const body = document.getElementById(control.dataset.filterRows ?? control.dataset.onlyMarked);
  control.addEventListener("input", () => show(body));
  show(body); // what was typed or ticked before this ran, or kept by the browser
}

function show(body) {
  const wanted = document.querySelector(`[data-filter-rows="${body.id}"]`)?.value.trim().toLowerCase() ?? "";
  const marked = document.querySelector(`[data-only-marked="${body.id}"]`)?.checked ?? false;
  for (const row of body.rows) {
    const hidden = [...row.querySelectorAll("[title]")].map((element) => element.title).join(" ");
    const text = `${row.textContent} ${hidden}`.toLowerCase();
    row.hidden = !text.includes(wanted) || (marked && !("marked" in row.dataset));
  }
}
