// The scanner types wherever the focus is, fast, and ends with Enter. Digits are read from the keys themselves, so
// that an input method that is on cannot swallow them. What is scanned while an answer is on its way waits for it.

const DIGIT = /^(?:Digit|Numpad)(\d)$/;
const PAUSE = 300;
const waiting = [];
let isBusy = false;
let begun = "";
let last = 0;

const form = () => document.querySelector("#scan");
const field = () => form()?.querySelector("[data-scan-input], [data-amount]");

function typed(event) {
  const digit = DIGIT.exec(event.code);
  if (digit && !event.shiftKey) return digit[1];
  return event.key.length === 1 ? event.key : "";
}

document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || !field()) return;
    if (isBusy) keepForLater(event);
    else if (event.key === "Enter") enter(event);
    else if (DIGIT.test(event.code)) write(event);
  },
  true,
);

function keepForLater(event) {
  if (event.key === "Enter") {
    if (begun) waiting.push(begun);
    begun = "";
  } else {
    begun += typed(event);
  }
  if (event.key === "Enter" || typed(event)) event.preventDefault();
}

// Enter belongs to the scanner: a button that has the focus would be pressed. Alone it opens what the page offers.
function enter(event) {
  const offered = form().querySelector("[data-on-enter]");
  if (offered && ["", "*OK"].includes(field().value.toUpperCase())) {
    event.preventDefault();
    field().value = "";
    offered.click();
    return;
  }
  if (event.target instanceof HTMLInputElement || !field().value) return;
  event.preventDefault();
  form().requestSubmit();
}

// What is selected is typed over, as by hand; a new scan replaces what stands there.
function write(event) {
  const elsewhere = event.target instanceof HTMLInputElement;
  const input = elsewhere ? event.target : field();
  if (event.shiftKey || !input.form?.matches("#scan")) return;
  event.preventDefault();
  if (!elsewhere && event.timeStamp - last >= PAUSE) input.select();
  input.focus();
  input.setRangeText(typed(event), input.selectionStart, input.selectionEnd, "end");
  last = event.timeStamp;
}

document.addEventListener("focusin", (event) => {
  if (event.target.matches("[data-amount], [data-scan-input]")) event.target.select();
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt === form()) isBusy = true;
});

// Only a settled form is sent by htmx again.
document.addEventListener("htmx:afterSettle", () => {
  const input = field();
  if (!isBusy || !input) return;
  isBusy = false;
  input.focus();
  if (waiting.length) {
    input.value = waiting.shift();
    form().requestSubmit();
  } else if (begun) {
    input.value = begun;
    begun = "";
  }
});

// Without an answer the field still holds what was scanned: Enter sends it again.
document.addEventListener("htmx:sendError", (event) => {
  const lamp = form()?.querySelector("[data-lost]");
  if (event.detail.elt !== form() || !lamp) return;
  isBusy = false;
  lamp.classList.add("is-lost");
  lamp.lastElementChild.textContent = lamp.dataset.lost;
});
