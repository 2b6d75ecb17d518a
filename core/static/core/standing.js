// Fields with conditions: when one they look at changes, the server says which show, are needed, are fixed.
const form = document.querySelector("form[data-standing-of]");
const watched = new Set(form?.dataset.watched.split(" "));
let asked = 0;

form?.addEventListener("change", (event) => {
  if (watched.has(event.target.name)) ask();
});

async function ask() {
  const address = new URL(form.dataset.standingOf, window.location.href);
  for (const [name, value] of new FormData(form)) {
    if (watched.has(name)) address.searchParams.append(name, value);
  }
  if (form.dataset.record) address.searchParams.set("record", form.dataset.record);
  const mine = ++asked;
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  for (const [name, how] of Object.entries(await answer.json())) show(name, how);
}

function show(name, how) {
  const box = form.querySelector(`[data-standing="${name}"]`);
  if (!box) return;
  box.hidden = !how.visible;
  box.disabled = !how.visible || how.read_only;
  box.querySelector(".form-label")?.classList.toggle("required", how.required);
}
