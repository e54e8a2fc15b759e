// Fetches images whole, checks their length and decodes them, several trials ahead.
// A trial is never shown with a part missing.
import { sleep } from "./requests.js";

const PAUSES_MS = [500, 1000, 2000, 4000, 8000];
const STALLED_MS = 20000; // nothing received for so long: the request is given up
const MAX_REQUESTS = 6;

/** The images a trial shows, in the order in which they are loaded. */
export const imagesOf = ({ panel, negative_panel, reference, options }) => [
  ...panel,
  ...negative_panel,
  ...(reference ? [reference] : []),
  ...options,
];

/** Holds the images of the next trials. */
export function createLoader() {
  const trials = new Map(); // trial_id → {jobs, ready, order}
  const waiting = []; // attempts without a request yet
  let nRequests = 0;
  let nTrials = 0;
  let urgent = null; // the trial someone waits for

  // A place among the requests: what is waited for first, then in order of the trials.
  function enter(trialId) {
    return new Promise((resolve) => {
      waiting.push({ trialId, order: trials.get(trialId)?.order ?? 0, resolve });
      admit();
    });
  }

  function admit() {
    waiting.sort((a, b) => (b.trialId === urgent) - (a.trialId === urgent) || a.order - b.order);
    for (; waiting.length && nRequests < MAX_REQUESTS; nRequests += 1) waiting.shift().resolve();
  }

  async function attempt(trialId, job, isAgain) {
    await enter(trialId);
    job.n_loaded = 0;
    try {
      const image = await decode(await fetchWhole(job, isAgain));
      image.dataset.imageId = job.image_id;
      return image;
    } finally {
      nRequests -= 1;
      admit();
    }
  }

  async function load(trialId, job) {
    for (let n = 0; ; n += 1) {
      try {
        return await attempt(trialId, job, n > 0);
      } catch {
        if (n === PAUSES_MS.length || !trials.has(trialId)) return null;
        await sleep(PAUSES_MS[n]);
      }
    }
  }

  return {
    /** Begins to load a trial's images, unless that was begun already. */
    hold(trial) {
      const { trial_id } = trial;
      if (trials.has(trial_id)) return;
      const jobs = imagesOf(trial).map((image) => ({ ...image, n_loaded: 0 }));
      const entry = { jobs, order: nTrials++, images: new Map() };
      trials.set(trial_id, entry);
      entry.ready = Promise.all(
        jobs.map(async (job) => entry.images.set(job.image_id, await load(trial_id, job))),
      );
    },

    /** Resolves with the trial's images by image_id; null: one is missing for good. */
    async ready({ trial_id }) {
      urgent = trial_id;
      admit();
      const entry = trials.get(trial_id);
      await entry.ready;
      urgent = null;
      return [...entry.images.values()].includes(null) ? null : entry.images;
    },

    /** Bytes of a trial: loaded so far, and all. */
    progress({ trial_id }) {
      const jobs = trials.get(trial_id)?.jobs ?? [];
      const sum = (name) => jobs.reduce((total, job) => total + job[name], 0);
      return { loaded: sum("n_loaded"), total: sum("n_bytes") };
    },

    /** Lets go of a trial that is over or will be loaded anew. */
    release({ trial_id }) {
      const entry = trials.get(trial_id);
      trials.delete(trial_id);
      for (const image of entry?.images.values() ?? []) if (image) URL.revokeObjectURL(image.src);
    },
  };
}

// All bytes of an image; fails when some are missing or nothing comes for too long.
async function fetchWhole(job, isAgain) {
  const stop = new AbortController();
  let stalled = setTimeout(() => stop.abort(), STALLED_MS);
  try {
    const reply = await fetch(job.url, {
      cache: isAgain ? "reload" : "default", // what was cached may be what is broken
      priority: "low",
      signal: stop.signal,
    });
    if (!reply.ok) throw new Error(`status ${reply.status}`);
    const parts = [];
    for (const reader = reply.body.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      parts.push(value);
      job.n_loaded += value.length;
      clearTimeout(stalled);
      stalled = setTimeout(() => stop.abort(), STALLED_MS);
    }
    if (job.n_loaded !== job.n_bytes) throw new Error("a part is missing");
    return new Blob(parts, { type: reply.headers.get("Content-Type") });
  } finally {
    clearTimeout(stalled);
  }
}

async function decode(bytes) {
  const image = new Image();
  image.draggable = false;
  image.src = URL.createObjectURL(bytes);
  await image.decode(); // broken bytes fail here
  return image;
}
