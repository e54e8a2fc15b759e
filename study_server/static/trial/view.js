// The trial on the page: panel, options, answers, feedback.
import { choice, rating } from "./answers.js";
import { announce, pressed, progressText } from "./interludes.js";
import { sleep } from "./requests.js";
import { say } from "./texts.js";

const byId = (id) => document.getElementById(id);
const answers = byId("answers");
const reference = byId("reference");
const feedback = byId("feedback");
const panelName = byId("panel-name");
const wait = byId("wait");
const LETTERS = { left: "A", right: "B" };

/** The section that holds the trial, with the page's facts in its `dataset`. */
export const trialElement = byId("trial");

let shown = null; // the trial that is prepared, with its images
let task = choice; // what is asked: `choice` or `rating`
let unlockedSince = Infinity;

/** Lays the page out for a trial; nothing of it is visible yet. */
export function prepare(trial, images) {
  shown = { trial, images };
  task = trial.task === "rating" ? rating : choice;
  trialElement.dataset.task = trial.task;
  const { image_px } = trial.display;
  if (image_px) trialElement.style.setProperty("--image", `${image_px}px`);
  reference.hidden = !trial.reference;
  panelName.textContent = trial.panel_name;
  panelName.hidden = !trial.panel_name;
  wait.textContent = say("runner.study_examples");
  wait.hidden = !trial.panel.length && !trial.negative_panel.length;
  setUnlocked(false);
}

/** Shows the panel; the options keep their room, so that nothing moves at their onset. */
export function showPanel() {
  fillPanels();
  reveal();
  announce(`${progressText()}. ${say("runner.study_examples")}`);
}

/** Shows the options, and what stays of the panel. */
export function showOptions({ hasPanel }) {
  const { trial, images } = shown;
  if (hasPanel) fillPanels();
  else emptyPanels();
  trial.options.forEach(({ place, image_id }) => {
    const image = images.get(image_id);
    image.alt = say("runner.image", { letter: LETTERS[place] });
    option(place).querySelector(".photo").replaceChildren(image);
  });
  if (trial.reference) {
    const image = images.get(trial.reference.image_id);
    image.alt = say("runner.reference");
    reference.replaceChildren(image);
  }
  wait.hidden = true;
  if (trialElement.hidden) reveal();
  bringIntoView();
  focusAnswers();
  announce(`${progressText()}. ${say("runner.options_shown")}`);
}

/** From this time of the page's clock on, presses count. */
export function unlock(time) {
  unlockedSince = time;
  task.setUnlocked(true);
}

/** Resolves with the first answer, by mouse, touch, pen or keyboard. */
export async function waitForAnswer() {
  const press = await task.wait(() => unlockedSince);
  setUnlocked(false);
  return press;
}

/** Says what was right, on the image and in words; a score stays until Continue. */
export async function giveFeedback(told, { feedback_delay_ms, feedback_ms }, answeredAt) {
  await sleep(answeredAt + feedback_delay_ms - performance.now());
  const right = option(told.correct_option);
  right.classList.add("right");
  right.querySelector(".verdict").hidden = false;
  const letter = LETTERS[told.correct_option];
  const { is_correct, score } = told;
  let text = say(is_correct ? "runner.correct" : "runner.wrong", { letter });
  if (score) text += ` ${say(`runner.score.${score.of}`, score)}`;
  feedback.querySelector("p").textContent = text;
  feedback.hidden = false;
  announce(text);
  const button = feedback.querySelector("button");
  button.hidden = feedback_ms > 0 && score?.of !== "block";
  await (button.hidden ? sleep(feedback_ms) : pressed(button));
}

/** Takes the trial off the page. */
export function clear() {
  trialElement.hidden = true;
  emptyPanels();
  reference.replaceChildren();
  feedback.hidden = true;
  for (const place of ["left", "right"]) {
    option(place).classList.remove("right");
    option(place).querySelector(".photo").replaceChildren();
    option(place).querySelector(".verdict").hidden = true;
  }
  choice.clear();
  rating.clear();
  shown = null;
}

function setUnlocked(isUnlocked) {
  unlockedSince = Infinity;
  task.setUnlocked(isUnlocked);
}

function fillPanels() {
  for (const name of ["panel", "negative_panel"]) {
    const tiles = shown.trial[name].map(({ image_id }, i) => {
      const image = shown.images.get(image_id);
      image.alt = say(`runner.tile.${name}`, { number: i + 1 });
      return image;
    });
    const panel = panelOf(name);
    if (!panel) continue;
    const columns = shown.trial.display.panel_columns;
    panel.style.setProperty("--columns", columns);
    panel.style.setProperty("--rows", Math.ceil(tiles.length / columns));
    panel.style.setProperty("--half", Math.ceil(tiles.length / 2));
    panel.replaceChildren(...tiles);
    panel.parentElement.hidden = !tiles.length;
  }
}

function emptyPanels() {
  for (const name of ["panel", "negative_panel"]) {
    panelOf(name)?.replaceChildren();
    panelOf(name)?.parentElement.toggleAttribute("hidden", true);
  }
}

const panelOf = (name) => document.querySelector(`[data-panel="${name}"] .panel`);
const option = (place) => answers.querySelector(`.option[data-place="${place}"]`);

function reveal() {
  trialElement.hidden = false;
  trialElement.focus({ preventScroll: true });
  scrollTo(0, 0);
}

// What is asked about must be in sight at its onset, also where the page is longer.
function bringIntoView() {
  const photos = [...answers.querySelectorAll(".photo")].map((e) => e.getBoundingClientRect());
  const bottom = Math.max(...photos.map((box) => box.bottom));
  if (bottom > innerHeight) byId("prompt").scrollIntoView({ block: "start" });
}

// Keys answer while the focus is among the answers; who is at Stop stays there.
function focusAnswers() {
  const isElsewhere = document.activeElement?.closest("header, .shortcuts");
  if (isElsewhere) return;
  const target = task === rating ? byId("rating").querySelector("input") : answers;
  target.focus({ preventScroll: true });
}
