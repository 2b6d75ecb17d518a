// The column chooser: its order is the list's. A column is dragged, or moved with Alt and the arrow keys.
let moved = null;

const entry = (event) => event.target.closest?.("[data-columns] label");

document.addEventListener("dragstart", (event) => { moved = entry(event); });

document.addEventListener("dragover", (event) => {
  const other = entry(event);
  if (!moved || !other || other.parentElement !== moved.parentElement) return;
  event.preventDefault();
  const below = event.clientY > other.getBoundingClientRect().top + other.offsetHeight / 2;
  if (below) other.after(moved); else other.before(moved);
});

document.addEventListener("dragend", () => { moved = null; });

document.addEventListener("keydown", (event) => {
  const one = entry(event);
  if (!one || !event.altKey) return;
  const other = { ArrowUp: one.previousElementSibling, ArrowDown: one.nextElementSibling }[event.key];
  if (!other?.matches("label")) return;
  event.preventDefault();
  if (event.key === "ArrowUp") other.before(one); else other.after(one);
  event.target.focus();
});
