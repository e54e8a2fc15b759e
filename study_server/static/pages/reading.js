// Opens the button once there was time to read. The server keeps the time anyway.
const form = document.querySelector("form[data-missing-ms]");
const button = form.querySelector("button.primary");
const note = form.querySelector("[data-wait]");
const missingMs = Number(form.dataset.missingMs);
const MARGIN_MS = 100; // the server's clock began a little later

if (missingMs > 0) {
  button.setAttribute("aria-disabled", "true");
  note.hidden = false;
  const hold = (event) => {
    if (event.submitter === button) event.preventDefault();
  };
  form.addEventListener("submit", hold);
  setTimeout(() => {
    button.removeAttribute("aria-disabled");
    note.hidden = true;
    form.removeEventListener("submit", hold);
  }, missingMs + MARGIN_MS);
}
