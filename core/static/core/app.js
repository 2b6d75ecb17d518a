// What every page does: menu on phones, the search key, dialogs, tabs; forms, lists and boards have modules of their own.
import "./board.js";
import "./columns.js";
import { connectCriteria } from "./criteria.js";
import { connectForms } from "./form.js";
import { connectLinks } from "./links.js";
import { connectLists } from "./list.js";
import { connectTrail } from "./trail.js";

const $ = (selector, from = document) => from.querySelector(selector);

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-toggle-side], [data-close-dialog], [data-tab], [data-reload]");
  closeDrops(event);
  if (!target) return;
  if (target.matches("[data-toggle-side]")) document.body.classList.toggle("side-open");
  if (target.matches("[data-close-dialog]")) $("#dialog").close();
  if (target.matches("[data-tab]")) showTab(target);
  if (target.matches("[data-reload]")) window.location.reload();
});

// What opens over a drop-down (the choices of a link) belongs to it.
function closeDrops(event) {
  if (event.target.closest(".ts-dropdown") || !event.target.isConnected) return;
  for (const open of document.querySelectorAll(".qm-drop[open]")) {
    if (!open.contains(event.target)) open.open = false;
  }
}

function showTab(button) {
  const tabs = button.closest("[data-tabs]");
  for (const other of tabs.querySelectorAll("[data-tab]")) {
    const chosen = other === button;
    other.setAttribute("aria-selected", String(chosen));
    document.getElementById(other.dataset.tab).hidden = !chosen;
  }
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    ($("[data-list-search]") || $("#global-search"))?.focus();
  }
  if (event.key === "Escape") {
    document.body.classList.remove("side-open");
    for (const open of document.querySelectorAll(".qm-drop[open]")) { open.open = false; $("summary", open).focus(); }
  }
});

// The dialog opens by itself when htmx has put something into it, and empties when closed.
document.body.addEventListener("htmx:afterSwap", (event) => {
  const dialog = $("#dialog");
  if (event.detail.target === dialog && dialog.innerHTML.trim() && !dialog.open) dialog.showModal();
});
$("#dialog")?.addEventListener("close", (event) => { event.target.innerHTML = ""; });

document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = $("meta[name=csrf-token]").content;
});

// A select that submits its form when it changes.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form.requestSubmit();
});

// A button may ask first. Before htmx, which listens on the form itself.
document.addEventListener("submit", (event) => {
  const asked = event.submitter?.dataset.confirm;
  if (!asked || window.confirm(asked)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

// Nothing is sent twice by a second click; what opens in another tab leaves this form as it is. (htmx has stopped
// the event by now; its forms say hx-sync.)
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || event.submitter?.formTarget === "_blank") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 3000);
});

for (const dialog of document.querySelectorAll("dialog[data-modal]")) {
  dialog.removeAttribute("open");
  dialog.showModal();
}

export function connect(root) {
  connectCriteria(root);
  connectLinks(root);
  connectForms(root);
  connectLists(root);
  connectTrail(root);
}
connect(document);
document.body.addEventListener("htmx:load", (event) => connect(event.detail.elt));
