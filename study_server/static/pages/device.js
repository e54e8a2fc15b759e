// Looks what this browser can do, and tells. It never asks for the browser's name.
const form = document.getElementById("device");
const go = form.querySelector("[data-go]");
const cannot = form.querySelector("[data-cannot]");
const room = form.querySelector("[data-window]");
const { gate, minWidth, minHeight, size } = form.dataset;

/** Whether IndexedDB can be opened; a private window may refuse it. */
function canKeep() {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open("device-check");
      request.onsuccess = () => {
        request.result.close();
        resolve(true);
      };
      request.onerror = request.onblocked = () => resolve(false);
    } catch {
      resolve(false);
    }
    setTimeout(() => resolve(false), 2000);
  });
}

/** Writes one finding into the form. */
function report(name, value) {
  form.elements[name].value = typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

/** Shows one of the page's messages. */
function tell(state) {
  for (const text of form.querySelectorAll("[data-state]")) text.hidden = text.dataset.state !== state;
}

/** Measures the window and says what it means; again at every change. */
function look() {
  const [width, height] = [Math.round(innerWidth), Math.round(innerHeight)];
  report("window_width_px", width);
  report("window_height_px", height);
  room.textContent = size.replace("{width}", width).replace("{height}", height);
  const isSmall = width < Number(minWidth) || height < Number(minHeight);
  const state = !isSmall || gate === "off" ? "fine" : gate === "block" ? "small" : "warn";
  room.hidden = state === "fine";
  cannot.hidden = state !== "small";
  tell(state);
}

const canDecode = typeof HTMLImageElement.prototype.decode === "function";
const hasPointer = typeof PointerEvent === "function";
report("has_modules", true);
report("has_decode", canDecode);
report("has_pointer_events", hasPointer);
report("has_outbox", await canKeep());
form.querySelector("[data-fault]")?.setAttribute("hidden", "");
if (canDecode && hasPointer) {
  go.textContent = go.dataset.label;
  look();
  addEventListener("resize", look);
} else {
  tell("old");
}
