// The trial runner: ask for a trial, show it, save the answer, go on.
// The server owns plan and position; this page can be reloaded at any moment.
import { createApi } from "./api.js";
import { loadImages, prefetch } from "./images.js";
import { measureAnswer } from "./measure.js";
import * as view from "./view.js";

const api = createApi(view.trialElement.dataset, view);

async function run() {
  for (;;) {
    const trial = await api.currentTrial();
    if (trial.next) return location.replace(trial.next);
    view.showProgress(trial);
    const loading = loadImages(trial, view.showNotice);
    if (trial.interlude) await view.pause(trial);
    const images = await loading;
    const answer = await measureAnswer(trial, images, view, () => prefetch(trial.upcoming));
    const acknowledgement = await api.send(answer);
    if (acknowledgement.feedback) await view.giveFeedback(acknowledgement.feedback);
    view.clear();
  }
}

run();
