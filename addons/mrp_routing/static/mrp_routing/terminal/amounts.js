// The panel that asks what became of the pieces. Until somebody writes the good ones himself, they are what is left.

const BAD = ["scrap", "rework", "held"];
const REASONS = { scrap: "scrap_reason", rework: "rework_reason", held: "hold_reason" };

const plain = (text) => text.normalize("NFKC").trim();
const NUMBER = /^\d{1,12}(?:\.\d{1,6})?$/;

export function makeAmounts(panel, { reasons, texts }) {
  const input = (name) => panel.querySelector(`[name=${name}]`);
  let here = null;
  let isWritten = false;

  for (const name of BAD) fill(input(REASONS[name]), reasons[name === "held" ? "hold" : name] ?? []);
  panel.addEventListener("input", (event) => {
    if (event.target.name === "good") isWritten = true;
    else if (BAD.includes(event.target.name)) rest();
    drawReasons();
  });
  panel.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const [name, by] = button.dataset.step.split(":");
    input(name).value = tidy(Math.max(0, (Number(plain(input(name).value)) || 0) + Number(by)));
    input(name).dispatchEvent(new Event("input", { bubbles: true }));
  });
  panel.addEventListener("focusin", (event) => event.target.matches("[data-amount]") && event.target.select());

  function fill(select, choices) {
    for (const reason of choices) select.append(new Option(reason.title, reason.code));
  }

  const tidy = (number) => String(Number(number.toFixed(6)));

  function rest() {
    if (isWritten || here === null) return;
    const bad = BAD.reduce((sum, name) => sum + (Number(plain(input(name).value)) || 0), 0);
    input("good").value = input("good").defaultValue = tidy(Math.max(0, Number(here) - bad));
  }

  function drawReasons() {
    for (const name of BAD) {
      const some = Number(plain(input(name).value)) > 0;
      const select = input(REASONS[name]);
      select.closest("label").hidden = !some || select.options.length < 2;
    }
    input("back_to").closest("label").hidden = !(Number(plain(input("rework").value)) > 0);
  }

  // Ask; `available` is text, null when nobody can say.
  function open(available, keepInput) {
    here = available;
    if (!keepInput) {
      isWritten = false;
      for (const field of panel.querySelectorAll("input, select")) field.value = field.defaultValue = "";
      for (const name of BAD) input(name).value = input(name).defaultValue = "0";
      rest();
    }
    panel.querySelector("[data-available]").textContent =
      here === null ? texts.unknown_here : texts.here.replace("{available}", here);
    drawReasons();
    input("good").focus();
    input("good").select();
  }

  // What was written, as the address for devices takes it; or a sentence that says what is wrong.
  function read() {
    const quantities = {};
    for (const name of ["good", ...BAD]) {
      const text = plain(input(name).value);
      if (text && !NUMBER.test(text)) return { problem: texts.not_a_number };
      if (text && (name === "good" || Number(text) > 0)) quantities[name] = text;
      if (text && Number(text) > 0 && REASONS[name] && input(REASONS[name]).value) {
        quantities[REASONS[name]] = input(REASONS[name]).value;
      }
    }
    const back = plain(input("back_to").value);
    if (back && !/^\d{1,6}$/.test(back)) return { problem: texts.not_a_number };
    if (back && quantities.rework) quantities.back_to = Number(back);
    return { quantities };
  }

  return { open, read };
}
