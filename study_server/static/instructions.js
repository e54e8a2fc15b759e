// Opens the button once there was time to read. The server keeps the time anyway.
const form = document.querySelector("form[data-missing-ms]");
const button = form.querySelector("button");
const note = form.querySelector("[data-wait]");
const missingMs = Number(form.dataset.missingMs);

if (missingMs > 0) {
  button.setAttribute("aria-disabled", "true");
  note.hidden = false;
  const hold = (event) => event.preventDefault();
  form.addEventListener("submit", hold);
  setTimeout(() => {
    button.removeAttribute("aria-disabled");
    note.hidden = true;
    form.removeEventListener("submit", hold);
  }, missingMs + 100);
}
