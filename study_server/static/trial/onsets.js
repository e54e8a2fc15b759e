// When a trial was first seen. A reload starts the page's clock anew, but not the trial:
// the first onset is kept, and may lie before this page began (a negative time).
import { drop, keep, recall } from "./storage.js";

const key = (trialId) => `onset ${trialId}`;

/**
 * Notes that something of a trial came into sight.
 * @param {string} trialId
 * @param {"panel"|"options"} what
 * @param {number} time on the page's clock
 * @returns {number} the first such time, on this page's clock
 */
export function noteOnset(trialId, what, time) {
  const seen = recall(key(trialId)) ?? { n: 0 };
  seen[what] ??= performance.timeOrigin + time;
  if (what === "options") seen.n += 1;
  keep(key(trialId), seen);
  return seen[what] - performance.timeOrigin;
}

/** First onsets on this page's clock (null: not yet) and how often options were shown. */
export function onsetsOf(trialId) {
  const seen = recall(key(trialId)) ?? { n: 0 };
  const here = (utc) => (utc === undefined ? null : utc - performance.timeOrigin);
  return { panel: here(seen.panel), options: here(seen.options), n: seen.n };
}

/** Drops the notes on a trial that is over. */
export const forgetOnsets = (trialId) => drop(key(trialId));
