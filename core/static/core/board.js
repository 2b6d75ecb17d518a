// Boards: a card dragged to another column asks for the transition that leads there.
let dragged = null;

const way = (card, column) => card?.querySelector(`[data-to="${CSS.escape(column.dataset.column)}"]`);
const columnOf = (event) => event.target.closest?.("[data-column]");

document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-card]");
  if (!dragged) return;
  event.dataTransfer.setData("text/plain", dragged.dataset.card);
  for (const column of document.querySelectorAll("[data-column]")) {
    column.classList.toggle("closed", !way(dragged, column) && !column.contains(dragged));
  }
});

document.addEventListener("dragover", (event) => {
  const column = columnOf(event);
  if (!column || !way(dragged, column)) return;
  event.preventDefault();
  column.classList.add("over");
});

document.addEventListener("dragleave", (event) => columnOf(event)?.classList.remove("over"));

document.addEventListener("drop", (event) => {
  const column = columnOf(event);
  const button = column && way(dragged, column);
  if (!button) return;
  event.preventDefault();
  button.click();
});

document.addEventListener("dragend", () => {
  dragged = null;
  for (const column of document.querySelectorAll("[data-column]")) column.classList.remove("over", "closed");
});
