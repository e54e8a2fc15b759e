// The page's clock and the browser's frames. Times are ms since the page began, on the
// clock of `performance.now()`, of animation frames and of every event's `timeStamp`.
const N_FRAMES = 60;
const frames = [];

requestAnimationFrame(function note(time) {
  frames.push(time);
  if (frames.length > N_FRAMES + 1) frames.shift();
  requestAnimationFrame(note);
});

/** Runs `show` in the next frame and resolves with that frame's time stamp. */
export function nextFrame(show) {
  return new Promise((resolve) => {
    requestAnimationFrame((time) => {
      show(time);
      resolve(time);
    });
  });
}

/** Median time between the last 60 frames in ms; null before the second one. */
export function frameInterval() {
  const intervals = frames.slice(1).map((time, i) => time - frames[i]);
  intervals.sort((a, b) => a - b);
  return intervals[Math.floor(intervals.length / 2)] ?? null;
}

/** A time of the page's clock as UTC, by the browser's clock. */
export const toUtc = (time) => new Date(performance.timeOrigin + time).toISOString();
