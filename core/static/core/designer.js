// The designer of approval flows: the sheet opens and closes, focus and open menus survive a redraw, cards can be dragged.
const designer = document.getElementById("designer");
const sheet = document.getElementById("sheet");
let focused = "";
let open = "";

function slotName(slot) {
  return slot ? `${slot.dataset.place}:${slot.dataset.index}` : "";
}

document.body.addEventListener("htmx:beforeSwap", () => {
  focused = document.activeElement?.id || "";
  open = slotName(designer.querySelector(".fd-add[open]")?.closest(".fd-slot"));
});

document.body.addEventListener("htmx:afterSettle", () => {
  const title = sheet.querySelector("[data-sheet]");
  const isNew = title && title.dataset.sheet !== sheet.dataset.shown;
  sheet.dataset.shown = title?.dataset.sheet || "";
  document.body.classList.toggle("sheet-open", Boolean(title));
  for (const card of designer.querySelectorAll("[data-key]")) {
    card.classList.toggle("current", Boolean(title) && card.dataset.key === title.dataset.sheet);
  }
  if (isNew) (sheet.querySelector("[data-first]") || title).focus();
  else if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
  for (const slot of designer.querySelectorAll(".fd-slot")) {
    if (open && slotName(slot) === open) slot.querySelector("details").open = true;
  }
  open = "";
});

// A list of choices hangs at the page's end: it goes with its field. Of several one is chosen at a time.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  for (const select of event.detail.target.querySelectorAll("select.tomselected")) select.tomselect?.destroy();
});
sheet.addEventListener("change", (event) => {
  if (event.target.matches("select[multiple].tomselected")) event.target.tomselect.close();
});

function closeSheet() {
  const key = sheet.dataset.shown;
  sheet.innerHTML = "";
  sheet.dataset.shown = "";
  document.body.classList.remove("sheet-open");
  designer.querySelector(`[data-key="${key}"]`)?.focus();
  for (const card of designer.querySelectorAll(".current")) card.classList.remove("current");
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-sheet]")) closeSheet();
  const button = event.target.closest("[data-do]");
  if (!button) return;
  if (button.closest(".fd-add")) button.closest(".fd-add").open = false;
  change(JSON.parse(button.dataset.do));
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.target.closest(".ts-wrapper, dialog, .qm-drop[open]")) return;
  if (sheet.dataset.shown) closeSheet();
});

// Alt and an arrow move the card that has the focus, as its buttons on the sheet do.
designer.addEventListener("keydown", (event) => {
  const card = event.target.closest("[data-key]");
  const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
  if (!card || !by || !event.altKey) return;
  event.preventDefault();
  change({ verb: "move", key: card.dataset.key, by });
});

// Asked by the board itself, which stays: a button may be gone by the time its turn comes. The board includes `was`.
function change(values) {
  window.htmx.ajax("POST", `${designer.dataset.here}/do`, { source: designer, target: designer, values });
}

designer.addEventListener("dragstart", (event) => {
  const card = event.target.closest("[data-key]");
  if (!card) return;
  event.dataTransfer.setData("text/plain", card.dataset.key);
  event.dataTransfer.effectAllowed = "move";
  designer.classList.add("dragging");
});
designer.addEventListener("dragend", () => designer.classList.remove("dragging"));
designer.addEventListener("dragover", (event) => {
  if (event.target.closest(".fd-slot")) event.preventDefault();
});
designer.addEventListener("drop", (event) => {
  const slot = event.target.closest(".fd-slot");
  const key = event.dataTransfer.getData("text/plain");
  if (!slot || !key) return;
  event.preventDefault();
  change({ verb: "move_to", key, place: slot.dataset.place, index: slot.dataset.index });
});
