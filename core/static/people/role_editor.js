// The tree of rights: a parent is ticked, empty or in between after its children; searching hides the rest.
const own = (box) => box.closest(box.closest(".role-page") ? ".role-page" : ".role-branch");
const children = (box) => [...own(box).querySelectorAll("input[name=permission]:not(:disabled)")];
const parents = [...document.querySelectorAll("[data-parent]")];

function show() {
  for (const parent of parents) {
    const all = children(parent);
    const ticked = all.filter((box) => box.checked).length;
    parent.checked = ticked > 0 && ticked === all.length;
    parent.indeterminate = ticked > 0 && ticked < all.length;
    parent.disabled = all.length === 0;
  }
  for (const count of document.querySelectorAll("[data-count]")) {
    const all = [...count.closest(".role-branch").querySelectorAll("input[name=permission]")];
    count.textContent = `${all.filter((box) => box.checked).length} / ${all.length}`;
  }
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-parent]")) {
    for (const box of children(event.target)) box.checked = event.target.checked;
  }
  show();
});

const searched = document.querySelector("[data-role-search]");

function search() {
  const wanted = searched.value.trim().toLowerCase();
  for (const page of document.querySelectorAll(".role-page")) {
    const names = [...page.querySelectorAll("label")].map((label) => `${label.textContent} ${label.title}`);
    page.hidden = wanted !== "" && !names.join(" ").toLowerCase().includes(wanted);
  }
  for (const branch of document.querySelectorAll(".role-branch")) {
    branch.hidden = [...branch.querySelectorAll(".role-page")].every((page) => page.hidden);
  }
}

searched.addEventListener("input", search);
search();
show();

// A kind of document that has a rule now is not offered again.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const select = detail.elt;
  if (!detail.successful || !select.matches("[data-add-rule]")) return;
  select.selectedOptions[0].disabled = true;
  select.value = "";
});
