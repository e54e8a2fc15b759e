// Shows one trial and measures the answer.
// Onset: the first animation frame after every picture is decoded. Answer: the time
// stamp of the press itself, on the same clock.
const N_FRAMES = 60;

export async function measureAnswer(trial, images, view, whenShown) {
  const frames = watchFrames();
  const hidden = watchHiddenTime();
  const panelOnset = await nextFrame(() => view.showPanel(images.panel, trial));
  whenShown();
  await sleep(trial.panel_min_ms);
  hidden.restart();
  const onset = await nextFrame(() => view.showOptions(images));
  const nOnsets = countOnset(trial.trial_id);
  const press = await view.waitForAnswer();
  return {
    response_id: newUuid(),
    trial_id: trial.trial_id,
    choice: press.choice,
    confidence: press.confidence,
    rt_ms: Math.max(0, press.timeStamp - onset),
    panel_onset_ms: panelOnset,
    onset_ms: onset,
    response_ms: press.timeStamp,
    frame_interval_ms: frames.stop(),
    onset_method: "raf_after_decode",
    input_modality: press.modality,
    hidden_ms: hidden.stop(),
    n_onsets: nOnsets,
    viewport_width_px: Math.round(innerWidth),
    viewport_height_px: Math.round(innerHeight),
    device_pixel_ratio: devicePixelRatio,
  };
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

// Runs `show` in the next frame and gives that frame's time.
function nextFrame(show) {
  return new Promise((resolve) => {
    requestAnimationFrame((time) => {
      show();
      resolve(time);
    });
  });
}

// Median time between the last frames.
function watchFrames() {
  const times = [];
  let request = requestAnimationFrame(function note(time) {
    times.push(time);
    if (times.length > N_FRAMES + 1) times.shift();
    request = requestAnimationFrame(note);
  });
  return {
    stop() {
      cancelAnimationFrame(request);
      const intervals = times.slice(1).map((time, i) => time - times[i]);
      intervals.sort((a, b) => a - b);
      return intervals[Math.floor(intervals.length / 2)] ?? null;
    },
  };
}

// How long the page was out of sight while the options were shown.
function watchHiddenTime() {
  let total = 0;
  let since = document.hidden ? performance.now() : null;
  const settle = () => {
    if (since !== null) total += performance.now() - since;
    since = document.hidden ? performance.now() : null;
  };
  document.addEventListener("visibilitychange", settle);
  return {
    restart() {
      settle();
      total = 0;
    },
    stop() {
      settle();
      document.removeEventListener("visibilitychange", settle);
      return total;
    },
  };
}

// How often this trial's options were shown: more than once after a reload.
function countOnset(trialId) {
  const count = Number(sessionStorage.getItem(trialId) ?? 0) + 1;
  sessionStorage.setItem(trialId, String(count));
  return count;
}

// crypto.randomUUID exists only on HTTPS and on this very machine.
function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
