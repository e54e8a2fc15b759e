// Everything that touches the page.
import { say } from "./texts.js";

const byId = (id) => document.getElementById(id);
const live = byId("live");
const notice = byId("notice");
const panel = byId("panel");
const options = byId("options");
const wait = byId("wait");
const feedback = byId("feedback");
const buttons = [...options.querySelectorAll("button")];
const verdicts = [...options.querySelectorAll(".verdict")];

export const trialElement = byId("trial");

// A key that is held down presses no button twice.
document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Enter") event.preventDefault();
});

export function showNotice(text) {
  if (notice.textContent === text) return;
  notice.textContent = text;
  notice.hidden = !text;
  if (text) live.textContent = text;
}

export function showProgress({ phase, number, n_trials }) {
  const counted = { number, n_trials };
  byId("progress-text").textContent =
    phase === "practice" ? say("runner.practice_of", counted) : say("runner.choice_of", counted);
  byId("progress").max = n_trials;
  byId("progress").value = number - 1;
}

export async function pause({ interlude, n_blocks_done, n_blocks }) {
  const section = document.querySelector(`[data-interlude="${interlude}"]`);
  if (interlude === "break") {
    const counted = { n_done: n_blocks_done, n_blocks };
    section.querySelector("[data-break]").textContent = say("trial.break.text", counted);
  }
  section.hidden = false;
  await pressed(section.querySelector("button"));
  section.hidden = true;
}

// Resolves when the participant wants to try again.
export async function showTrouble() {
  showNotice("");
  trialElement.hidden = true;
  const section = document.querySelector('[data-interlude="trouble"]');
  section.hidden = false;
  await pressed(section.querySelector("button"));
}

export function showPanel(images, { panel_columns }) {
  panel.dataset.columns = panel_columns;
  panel.replaceChildren(...images);
  images.forEach((image, i) => (image.alt = say("runner.example", { number: i + 1 })));
  delete wait.dataset.over;
  trialElement.hidden = false;
  trialElement.focus({ preventScroll: true });
  scrollTo(0, 0);
  live.textContent = `${byId("progress-text").textContent}. ${say("runner.study_examples")}`;
}

export function showOptions({ left, right }) {
  for (const [side, image] of Object.entries({ left, right })) {
    image.alt = say(`runner.${side}`);
    optionOn(side).querySelector(".photo").replaceChildren(image);
  }
  buttons.forEach((button) => (button.disabled = false));
  wait.dataset.over = ""; // keeps its room: nothing moves at onset
  live.textContent = say("runner.options_shown");
}

// Resolves with the first answer, by mouse, touch, pen or keyboard.
export function waitForAnswer() {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    let press = null; // a click tells its result; the press before it tells its time
    const answer = (button, timeStamp, modality) => {
      listening.abort();
      buttons.forEach((each) => (each.disabled = true));
      button.dataset.chosen = "";
      const { choice, confidence } = button.dataset;
      resolve({ choice, confidence: Number(confidence), timeStamp, modality });
    };
    const notePress = (event) => {
      const button = event.target.closest?.("button[data-choice]");
      press = button && { button, timeStamp: event.timeStamp, modality: event.pointerType };
    };
    options.addEventListener("pointerdown", notePress, { signal });
    options.addEventListener(
      "click",
      (event) => {
        const button = event.target.closest("button[data-choice]");
        if (!button || button.disabled || event.detail > 1) return; // a double click
        const isPointer = press?.button === button && event.detail > 0;
        const timeStamp = isPointer ? press.timeStamp : event.timeStamp;
        answer(button, timeStamp, isPointer ? press.modality || "mouse" : "keyboard");
      },
      { signal },
    );
    document.addEventListener(
      "keydown",
      (event) => {
        if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
        const isElsewhere = !trialElement.contains(event.target) && event.target !== document.body;
        const button = buttons.find(({ dataset }) => dataset.key === event.key);
        if (button && !isElsewhere) answer(button, event.timeStamp, "keyboard");
      },
      { signal },
    );
  });
}

export async function giveFeedback({ is_correct, correct_option }) {
  for (const verdict of verdicts) {
    const isRight = verdict.closest(".option").dataset.side === correct_option;
    verdict.textContent = isRight ? say("runner.this_one") : "";
    verdict.hidden = !isRight;
    verdict.closest(".option").classList.toggle("right", isRight);
  }
  const side = correct_option === "left" ? "left" : "right";
  const text = is_correct ? say(`runner.correct_${side}`) : say(`runner.wrong_${side}`);
  feedback.querySelector("p").textContent = text;
  feedback.hidden = false;
  live.textContent = text;
  await pressed(feedback.querySelector("button"));
  feedback.hidden = true;
}

export function clear() {
  trialElement.hidden = true;
  panel.replaceChildren();
  buttons.forEach((button) => {
    button.disabled = true;
    delete button.dataset.chosen;
  });
  for (const option of options.querySelectorAll(".option")) {
    option.classList.remove("right");
    option.querySelector(".photo").replaceChildren();
  }
  verdicts.forEach((verdict) => (verdict.hidden = true));
}

function optionOn(side) {
  return options.querySelector(`[data-side="${side}"]`);
}

function pressed(button) {
  button.focus({ preventScroll: true });
  button.scrollIntoView({ block: "nearest" });
  return new Promise((resolve) => button.addEventListener("click", resolve, { once: true }));
}
