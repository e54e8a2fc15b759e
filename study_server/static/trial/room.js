// Whether the window has the room that the study asks for.
import { isFullscreen } from "./page_events.js";

let hasWarned = false;

/** Whether the window is smaller than the study asks for; never where it asks nothing. */
export function isSmall({ window_gate, min_window_width_px, min_window_height_px }) {
  if (window_gate === "off") return false;
  return innerWidth < min_window_width_px || innerHeight < min_window_height_px;
}

/** Says that there is too little room, once (`warn`) or until there is enough (`block`). */
export async function waitForRoom(display, { askForRoom }) {
  if (!isSmall(display)) return;
  const isBlocking = display.window_gate === "block";
  if (!isBlocking && hasWarned) return;
  hasWarned = true;
  do {
    await askForRoom(display, { isBlocking, isEnough: () => !isSmall(display) });
  } while (isBlocking && isSmall(display));
}

/** Fills the screen; refused or impossible, things stay as they are. */
export async function fillScreen() {
  if (!isFullscreen()) await document.documentElement.requestFullscreen?.().catch(() => {});
}
