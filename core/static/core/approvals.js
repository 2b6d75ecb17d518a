// Approvals: phrases for the comment, and a signature drawn by hand.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-phrase]");
  if (!button) return;
  const field = document.querySelector(button.dataset.phrase);
  field.value = field.value.trim() ? `${field.value.trim()} ${button.textContent.trim()}` : button.textContent.trim();
  field.focus();
});

for (const pad of document.querySelectorAll("[data-signature]")) connectPad(pad);

function connectPad(pad) {
  const canvas = pad.querySelector("canvas");
  const input = pad.querySelector("input[name=signature]");
  const pen = canvas.getContext("2d");
  pen.lineWidth = 3;
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = "#1a2b4a";
  let drawing = false;

  canvas.addEventListener("pointerdown", (event) => {
    drawing = true;
    canvas.setPointerCapture(event.pointerId);
    pen.beginPath();
    pen.moveTo(...place(canvas, event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    pen.lineTo(...place(canvas, event));
    pen.stroke();
  });
  for (const kind of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(kind, () => {
      if (drawing) input.value = canvas.toDataURL("image/png");
      drawing = false;
    });
  }
  pad.querySelector("[data-clear]").addEventListener("click", () => {
    pen.clearRect(0, 0, canvas.width, canvas.height);
    input.value = "";
  });
}

function place(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [(event.clientX - box.left) * canvas.width / box.width, (event.clientY - box.top) * canvas.height / box.height];
}
