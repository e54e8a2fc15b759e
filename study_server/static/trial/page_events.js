// What happens to the page: out of sight, out of focus, resized, zoomed, full screen.
// Each event has a start and a duration; the sums of a trial are taken from them.
import { toUtc } from "./clock.js";

const SAME_RESIZE_MS = 500; // changes closer than this are one drag of the window's edge
const MAX_EVENTS = 200; // as many as the server takes with one answer

const closed = [];
const open = new Map(); // "hidden", "blurred" or "fullscreen" → since when

function follow(name, isOn, time) {
  if (isOn && !open.has(name)) open.set(name, time);
  if (!isOn && open.has(name)) {
    const start = open.get(name);
    open.delete(name);
    closed.push({ event: name, start, end: time, value: null });
  }
}

const zoom = () => devicePixelRatio * (visualViewport?.scale ?? 1);
let lastZoom = zoom();

function noteSize({ timeStamp: time }) {
  const isZoom = zoom() !== lastZoom;
  lastZoom = zoom();
  const event = isZoom ? "zoom" : "resize";
  const value = isZoom ? lastZoom.toFixed(3) : `${innerWidth}x${innerHeight}`;
  const last = closed.findLast((each) => each.event === event);
  if (last && time - last.end < SAME_RESIZE_MS) Object.assign(last, { end: time, value });
  else closed.push({ event, start: time, end: time, value });
}

/** Whether the page fills the screen, by its own button or by the browser's. */
export const isFullscreen = () =>
  document.fullscreenElement !== null || matchMedia("(display-mode: fullscreen)").matches;

const followAll = ({ timeStamp: time }) => {
  follow("hidden", document.hidden, time);
  follow("blurred", !document.hasFocus(), time);
  follow("fullscreen", isFullscreen(), time);
};
followAll({ timeStamp: performance.now() });
document.addEventListener("visibilitychange", followAll);
document.addEventListener("fullscreenchange", followAll);
matchMedia("(display-mode: fullscreen)").addEventListener("change", followAll);
addEventListener("blur", followAll);
addEventListener("focus", followAll);
addEventListener("resize", noteSize);
visualViewport?.addEventListener("resize", (event) => {
  if (zoom() !== lastZoom) noteSize(event);
});

/**
 * Takes what happened up to now, with the sums of a trial that began and was answered at
 * these times. What still lasts is cut here and goes on in the next trial; a full screen
 * is told of only when it was left.
 */
export function takeEvents(from, to) {
  const events = closed.splice(0);
  for (const name of ["hidden", "blurred"]) {
    if (!open.has(name)) continue;
    events.push({ event: name, start: open.get(name), end: to, value: null });
    open.set(name, Math.max(to, open.get(name)));
  }
  events.sort((a, b) => a.start - b.start);
  return { events: events.slice(0, MAX_EVENTS).map(asJson), sums: sums(events, from, to) };
}

function sums(events, from, to) {
  const named = (name) => events.filter(({ event }) => event === name);
  const within = ({ start, end }) => Math.max(0, Math.min(end, to) - Math.max(start, from));
  const total = (name) => named(name).reduce((sum, each) => sum + within(each), 0);
  const isIn = (time) => time >= from && time <= to;
  return {
    hidden_ms: total("hidden"),
    blurred_ms: total("blurred"),
    n_resizes: named("resize").filter(({ end }) => isIn(end)).length,
    n_fullscreen_exits: named("fullscreen").filter(({ end }) => isIn(end)).length,
  };
}

const asJson = ({ event, start, end, value }) => ({
  event,
  start_ms: start,
  duration_ms: Math.max(0, end - start),
  started_at: toUtc(start),
  value,
});
