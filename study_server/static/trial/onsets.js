// When a trial was first seen. A reload starts the page's clock anew, but not the trial:
// the first onset is kept, and may lie before this page began (a negative time).
import { drop, keep, recall } from "./storage.js";

const key = (trialId) => `onset ${trialId}`;
const here = new Map(); // what this page saw itself, without a detour over UTC

/** Notes that the "panel" or the "options" of a trial came into sight. */
export function noteOnset(trialId, what, time) {
  const seen = recall(key(trialId)) ?? { n: 0 };
  if (seen[what] === undefined) here.set(what + trialId, time);
  seen[what] ??= performance.timeOrigin + time;
  if (what === "options") seen.n += 1;
  keep(key(trialId), seen);
}

/** First onsets on this page's clock (null: not yet) and how often options were shown. */
export function onsetsOf(trialId) {
  const seen = recall(key(trialId)) ?? { n: 0 };
  const first = (what) =>
    here.get(what + trialId) ??
    (seen[what] === undefined ? null : seen[what] - performance.timeOrigin);
  return { panel: first("panel"), options: first("options"), n: seen.n };
}

/** Drops the notes on a trial that is over. */
export function forgetOnsets(trialId) {
  drop(key(trialId));
  here.delete(`panel${trialId}`);
  here.delete(`options${trialId}`);
}
