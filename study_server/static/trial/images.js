// Loads pictures whole and decoded. A trial is never shown with a part missing.
import { say } from "./texts.js";

const PAUSES_MS = [500, 1000, 2000, 4000, 8000];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function loadImages(trial, showNotice) {
  const load = ({ url }) => loadImage(url, showNotice);
  const [left, right, ...panel] = await Promise.all(
    [trial.left, trial.right, ...trial.panel].map(load),
  );
  showNotice("");
  return { left, right, panel };
}

// Fills the browser's cache, two at a time, for the trials to come.
export async function prefetch(urls) {
  const rest = [...urls];
  const worker = async () => {
    while (rest.length) {
      const image = new Image();
      image.src = rest.shift();
      await image.decode().catch(() => {}); // loaded again when it is due
    }
  };
  await Promise.all([worker(), worker()]);
}

async function loadImage(url, showNotice) {
  for (let attempt = 0; ; attempt += 1) {
    const image = new Image();
    image.draggable = false;
    image.src = url;
    try {
      await image.decode();
      return image;
    } catch {
      showNotice(say("runner.slow_pictures"));
      await sleep(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)]);
    }
  }
}
