// What is said around the trials: pauses, trouble, loading, progress.
import { sleep } from "./requests.js";
import { isSecondHalf, noteEffect } from "./presses.js";
import { say } from "./texts.js";

const SAYS_NOTHING_FOR_MS = 300;
const REFRESH_MS = 200;
const byId = (id) => document.getElementById(id);
const live = byId("live");
const notice = byId("notice");
const loading = byId("loading");
const trial = byId("trial");

/** Tells screen readers, once they are done with what they say. */
export function announce(text) {
  live.textContent = text;
}

const notices = { unsaved: "", loading: "" };

/** A short line at the foot of the page, for one of two reasons; none takes it away. */
export function showNotice(reason, line) {
  notices[reason] = line;
  const text = notices.unsaved || notices.loading;
  if (notice.textContent === text) return;
  notice.textContent = text;
  notice.hidden = !text;
  if (text) announce(text);
}

/** How far the participant is. */
export function showProgress({ phase, number, n_trials }) {
  byId("progress-text").textContent = say(`runner.${phase}_of`, { number, n_trials });
  byId("progress").max = n_trials;
  byId("progress").value = number - 1;
}

/** The words of `showProgress`. */
export const progressText = () => byId("progress-text").textContent;

/** Resolves when the participant continues after a pause. */
export function pause({ interlude, n_blocks_done: n_done, n_blocks }) {
  if (interlude !== "break") return show(interlude);
  return show("break", say("trial.break.text", { n_done, n_blocks }));
}

/** Waits for a trial's images and shows how many bytes have come. */
export const whileLoading = (ready, progress) =>
  whileWaiting(ready, say("runner.loading"), () => {
    const { loaded, total } = progress();
    const words = { loaded: kilobytes(loaded), total: kilobytes(total) };
    return [say("runner.loading_bytes", words), loaded / total];
  });

/** Waits for answers to be saved and shows how many are. */
export const whileSending = (ready, progress) =>
  whileWaiting(ready, "", () => {
    const { n_saved, n_given } = progress();
    return [say("runner.sending", { n_saved, n_given }), n_saved / n_given];
  });

// Says and shows how far something is, once it takes a while.
async function whileWaiting(ready, said, look) {
  let isOver = false;
  const done = ready.finally(() => (isOver = true));
  await Promise.race([done, sleep(SAYS_NOTHING_FOR_MS)]);
  if (!isOver) announce(said || look()[0]);
  while (!isOver) {
    const [text, share] = look();
    loading.querySelector("progress").value = share || 0;
    loading.querySelector("p").textContent = text;
    loading.hidden = false;
    await Promise.race([done, sleep(REFRESH_MS)]);
  }
  loading.hidden = true;
  return done;
}

const kilobytes = (bytes) => Math.round(bytes / 1000).toLocaleString(document.documentElement.lang);

/** The section of this name. */
export const section = (name) => document.querySelector(`[data-interlude="${name}"]`);

/** Shows one section in place of the trial; resolves when its button was pressed. */
export async function show(name, text = null) {
  const shown = section(name);
  if (text) shown.querySelector("p").textContent = text;
  trial.hidden = true;
  shown.hidden = false;
  announce(shown.querySelector("h1").textContent);
  await pressed(shown.querySelector("button.primary"));
  shown.hidden = true;
}

/** Puts the focus on a button and resolves when it was pressed. */
export function pressed(button) {
  button.focus({ preventScroll: true });
  button.scrollIntoView({ block: "nearest" });
  return new Promise((resolve) => {
    button.onclick = (event) => {
      if (isSecondHalf(event, event.timeStamp)) return;
      noteEffect();
      resolve();
    };
  });
}
