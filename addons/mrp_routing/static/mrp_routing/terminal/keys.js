// The gun types wherever the focus is, fast, and ends with Enter, Tab or a pause. Digits are read from the keys
// themselves, so that an input method that is on cannot swallow them. No button is ever pressed by a gun's Enter.

import { isPrintedCode } from "./codes.js";

const DIGIT = /^(?:Digit|Numpad)(\d)$/;
const PAUSE = 300;

// `take(text)` is called for each scan or typed number; `enter()` for Enter alone. `entry()` is the field for codes.
export function listenToKeys({ take, enter, entry }) {
  let burst = null;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === "Tab") end(event);
    else if (DIGIT.test(event.code) && !event.shiftKey) digit(event, DIGIT.exec(event.code)[1]);
    else if (event.key.length === 1) letter(event);
  }, true);

  function grow(event, text) {
    if (!burst || event.timeStamp - burst.last >= PAUSE) {
      const input = field(event.target);
      if (input && input !== event.target) input.select();
      burst = { text: "", input, value: input?.value ?? "" };
    }
    burst.text += text;
    burst.last = event.timeStamp;
    clearTimeout(burst.timer);
    burst.timer = setTimeout(() => isPrintedCode(burst?.text ?? "") && scanned(), PAUSE);
  }

  function field(target) {
    if (target instanceof HTMLInputElement && target.type !== "checkbox") return target;
    const input = entry();
    return input && input.offsetParent ? input : null;
  }

  function digit(event, text) {
    if (event.target instanceof HTMLSelectElement) return;
    grow(event, text);
    event.preventDefault();
    if (!burst.input) return;
    burst.input.focus();
    burst.input.setRangeText(text, burst.input.selectionStart, burst.input.selectionEnd, "end");
    burst.input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function letter(event) {
    if (event.target.closest("button, a, select, summary, label") && event.key === " ") return;
    grow(event, event.key);
    if (burst.input && burst.input !== event.target) burst.input.focus();
  }

  // A burst of a gun leaves no trace in the field it was typed into.
  function scanned() {
    const { text, input, value } = burst;
    clearTimeout(burst.timer);
    burst = null;
    if (input) {
      input.value = input === entry() ? "" : value;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
    take(text);
  }

  function end(event) {
    const isScan = burst && isPrintedCode(burst.text);
    if (isScan) {
      event.preventDefault();
      scanned();
      return;
    }
    const typed = burst !== null;
    const unwritten = burst && !burst.input ? burst.text : "";
    clearTimeout(burst?.timer);
    burst = null;
    if (unwritten && event.key === "Enter") { // a word from a gun, where there is no field for codes
      event.preventDefault();
      take(unwritten);
      return;
    }
    if (event.key === "Tab" || (!typed && event.target.closest("button:not([data-step]), a, select, summary, [type=checkbox]"))) return;
    event.preventDefault();
    const input = event.target instanceof HTMLInputElement ? event.target : entry();
    const isCode = input && input.offsetParent && (input === entry() || isPrintedCode(input.value));
    if (isCode && input.value.trim()) {
      const text = input.value;
      input.value = input.defaultValue;
      take(text);
    } else {
      enter();
    }
  }
}
