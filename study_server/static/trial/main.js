// The trial runner: take the next trial, show it, save the answer, go on.
// The server owns plan and position; this page can be reloaded at any moment.
import { createLoader } from "./images.js";
import * as interludes from "./interludes.js";
import { measureAnswer } from "./measure.js";
import { createOutbox } from "./outbox.js";
import { createRequests } from "./requests.js";
import { waitForRoom } from "./room.js";
import { claimStudy, takeOver } from "./tabs.js";
import { say } from "./texts.js";
import { createTrials } from "./trials.js";
import * as view from "./view.js";

const OFFERS_FILE_AFTER_MS = 120000;
const facts = view.trialElement.dataset;
const requests = createRequests(facts, interludes);
const loader = createLoader();
const outbox = await createOutbox(facts, tellUnsaved);
const recovery = import("../pages/recovery.js"); // now: later there may be no connection
const trials = createTrials(requests, loader, outbox);

let isTaken = false; // by another tab: nothing goes on here
const alive = async (step) => {
  const value = await step;
  return isTaken ? new Promise(() => {}) : value;
};

async function run() {
  const first = dueTrial(); // while the other tabs are asked
  await claimStudy(facts.study, { ask: () => interludes.show("elsewhere"), onTaken: stop });
  await first;
  let hasPaused = false; // since the last answer: a postponed trial needs no pause again
  for (;;) {
    const trial = await alive(dueTrial());
    if (trial.next) return location.replace(trial.next);
    interludes.showProgress(trial);
    if (trial.interlude && !hasPaused) {
      await alive(interludes.pause(trial));
      hasPaused = true;
    }
    await alive(waitForRoom(trial.display));
    const progress = () => loader.progress(trial);
    const images = await alive(interludes.whileLoading(loader.ready(trial), progress));
    if (images) {
      await answer(trial, images);
      hasPaused = false;
    } else await alive(interludes.whileLoading(trials.retryOrPostpone(trial), progress));
  }
}

async function answer(trial, images) {
  const response = await alive(measureAnswer(trial, images, view));
  const { safe, acknowledged } = outbox.put(response);
  acknowledged.then(({ next }) => (next ? location.replace(next) : trials.refill()));
  await alive(safe);
  if (trial.has_feedback) {
    const { feedback } = await alive(acknowledged);
    if (feedback) await alive(view.giveFeedback(feedback, trial.display, response.response_ms));
  }
  view.clear();
  trials.finish(trial);
}

// The next trial, once the outbox has room for its answer. The server knows which one it
// is only when it has all answers; when that takes long, they can be had as a file.
async function dueTrial() {
  const offer = setTimeout(async () => {
    (await recovery).offerFile(outbox.entries);
  }, OFFERS_FILE_AFTER_MS);
  const ready = trials.nHeld() ? outbox.hasRoom() : outbox.isEmpty();
  await interludes.whileSending(ready, outbox.progress);
  clearTimeout(offer);
  return trials.due();
}

function tellUnsaved(n, isKept) {
  const text = isKept ? say("runner.unsaved", { n }) : say("runner.saving");
  interludes.showNotice("unsaved", n ? text : "");
}

async function stop() {
  isTaken = true;
  view.clear();
  await interludes.show("taken");
  takeOver();
}

// A page from the browser's history shows a trial that may be over.
addEventListener("pageshow", ({ persisted }) => persisted && location.reload());

run();
