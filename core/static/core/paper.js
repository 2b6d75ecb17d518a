// The editor of print templates: a field goes where the cursor is; "only for" looks its records up by the field chosen.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  const area = document.querySelector("[data-insert-here]");
  if (!button || !area) return;
  area.focus();
  area.setRangeText(button.dataset.insert, area.selectionStart, area.selectionEnd, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
});

// A test print keeps nothing: what was typed is still to be saved.
document.addEventListener("submit", (event) => {
  const typed = [...event.target.elements].find((one) => one.defaultValue !== undefined && one.value !== one.defaultValue);
  if (event.submitter?.formTarget === "_blank") typed?.dispatchEvent(new Event("input", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-only-for]")) return;
  const record = document.querySelector("[data-only-for-record]");
  const options = event.target.selectedOptions[0].dataset.options;
  record.tomselect?.clear();
  record.tomselect?.clearOptions();
  if (options) record.dataset.link = options;
});
