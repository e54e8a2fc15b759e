// Shows one trial and measures the answer.
// Onset: the first animation frame after every image is decoded, in which the images
// become visible. Answer: the time stamp of the press itself, on the same clock.
import { frameInterval, nextFrame, toUtc } from "./clock.js";
import { keep, recall } from "./keeping.js";
import { isFullscreen, takeEvents } from "./page_events.js";
import { sleep } from "./requests.js";
import { isSmall } from "./room.js";
import { automationSignals } from "./presses.js";

/** Resolves with the response as the server wants it; `images` by image_id. */
export async function measureAnswer(trial, images, view) {
  const { display } = trial;
  view.prepare(trial, images);
  const from = await showPanel(trial, images, view);
  const shown = await showOptions(trial, images, view);
  const unlockedAt = unlock(display.buttons_locked_ms, shown.onset, view);
  const press = await view.waitForAnswer();
  const seen = onsetsOf(trial.trial_id);
  const { events, sums } = takeEvents(from ?? shown.onset, press.timeStamp);
  forgetOnsets(trial.trial_id);
  return {
    trial_id: trial.trial_id,
    ...press.answer,
    rt_ms: Math.max(0, press.timeStamp - seen.options),
    panel_onset_ms: seen.panel,
    onset_ms: seen.options,
    response_ms: press.timeStamp,
    unlocked_ms: await unlockedAt,
    frame_interval_ms: frameInterval(),
    onset_method: "raf_after_decode",
    input_modality: press.modality,
    ...sums,
    n_onsets: seen.n,
    ...shown.window,
    automation_signals: automationSignals(press),
    shown_at: toUtc(seen.options),
    events,
  };
}

// The panel alone, for its minimum time. Not again after a reload that came later.
async function showPanel(trial, images, view) {
  const ids = [...trial.panel, ...trial.negative_panel].map(({ image_id }) => image_id);
  if (!ids.length || onsetsOf(trial.trial_id).options !== null) return null;
  await Promise.all(ids.map((id) => images.get(id).decode()));
  const onset = await nextFrame(() => view.showPanel());
  noteOnset(trial.trial_id, "panel", onset);
  await sleep(trial.display.panel_min_ms - (performance.now() - onset));
  return onset;
}

async function showOptions(trial, images, view) {
  const { display } = trial;
  await Promise.all([...images.values()].map((image) => image.decode()));
  let window = null;
  const onset = await nextFrame((time) => {
    window = windowNow(display);
    view.showOptions({ hasPanel: display.panel_visibility === "stays" });
    if (display.buttons_locked_ms === 0) view.unlock(time);
  });
  noteOnset(trial.trial_id, "options", onset);
  return { onset, window };
}

// Resolves with the time from which an answer was possible.
async function unlock(lockedMs, onset, view) {
  if (lockedMs === 0) return onset;
  await sleep(lockedMs - (performance.now() - onset));
  const isDue = (time) => time - onset >= lockedMs; // a frame's time lies behind now
  let time;
  do time = await nextFrame((at) => isDue(at) && view.unlock(at));
  while (!isDue(time));
  return time;
}

const windowNow = (display) => ({
  viewport_width_px: Math.round(innerWidth),
  viewport_height_px: Math.round(innerHeight),
  device_pixel_ratio: devicePixelRatio,
  is_fullscreen: isFullscreen(),
  is_small_window: isSmall(display),
});

// When a trial was first seen. A reload starts the page's clock anew, but not the trial:
// the first onset is kept, and may lie before this page began (a negative time).

const key = (trialId) => `onset ${trialId}`;
const here = new Map(); // what this page saw itself, without a detour over UTC

/** Notes that the "panel" or the "options" of a trial came into sight. */
function noteOnset(trialId, what, time) {
  const seen = recall(key(trialId)) ?? { n: 0 };
  if (seen[what] === undefined) here.set(what + trialId, time);
  seen[what] ??= performance.timeOrigin + time;
  if (what === "options") seen.n += 1;
  keep(key(trialId), seen);
}

/** First onsets on this page's clock (null: not yet) and how often options were shown. */
function onsetsOf(trialId) {
  const seen = recall(key(trialId)) ?? { n: 0 };
  const first = (what) =>
    here.get(what + trialId) ??
    (seen[what] === undefined ? null : seen[what] - performance.timeOrigin);
  return { panel: first("panel"), options: first("options"), n: seen.n };
}

/** Drops the notes on a trial that is over. */
function forgetOnsets(trialId) {
  keep(key(trialId));
  here.delete(`panel${trialId}`);
  here.delete(`options${trialId}`);
}
