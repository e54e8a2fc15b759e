// Whether the window has the room that the study asks for.
import { section, show } from "./interludes.js";
import { isFullscreen } from "./page_events.js";
import { say } from "./texts.js";

let hasWarned = false;

/** Whether the window is smaller than the study asks for; never where it asks nothing. */
export function isSmall({ window_gate, min_window_width_px, min_window_height_px }) {
  if (window_gate === "off") return false;
  return innerWidth < min_window_width_px || innerHeight < min_window_height_px;
}

/** Says that there is too little room, once (`warn`) or until there is enough (`block`). */
export async function waitForRoom(display) {
  const isBlocking = display.window_gate === "block";
  if (!isSmall(display) || (hasWarned && !isBlocking)) return;
  hasWarned = true;
  const needed = `${display.min_window_width_px} × ${display.min_window_height_px}`;
  const words = () => say("trial.room.text", { needed, window: `${innerWidth} × ${innerHeight}` });
  const listening = new AbortController();
  const grown = new Promise((resolve) => {
    const look = () => {
      section("room").querySelector("p").textContent = words();
      if (isBlocking && !isSmall(display)) resolve();
    };
    addEventListener("resize", look, { signal: listening.signal });
  });
  do await Promise.race([grown, show("room", words())]);
  while (isBlocking && isSmall(display));
  listening.abort();
  section("room").hidden = true;
}

// Fills the screen; refused or impossible, things stay as they are.
document.addEventListener("click", ({ target }) => {
  if (!target.closest("[data-fullscreen]") || isFullscreen()) return;
  document.documentElement.requestFullscreen?.().catch(() => {});
});
