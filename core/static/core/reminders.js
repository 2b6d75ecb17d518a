// A field chosen from the list is put into the text where the cursor was.
document.addEventListener("change", (event) => {
  const picker = event.target.closest("[data-insert-into]");
  if (!picker || !picker.value) return;
  const text = document.getElementById(picker.dataset.insertInto);
  text.setRangeText(`{${picker.value}}`, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  picker.value = "";
  text.focus();
});
