// The answer of a rating: a place on a scale from 0 to 100, then Continue.
// Nothing is chosen beforehand: without a first touch the scale has no value.
import { listenForPresses, noteEffect } from "./presses.js";
import { say } from "./texts.js";

const KEYS = /^(Arrow|Page|Home|End)/;
const form = document.getElementById("rating");
const scale = form.querySelector("input");
const value = form.querySelector("output");
const confirm = form.querySelector("button");

const isEmpty = () => "empty" in scale.dataset;

/** Takes the value away. */
export function clear() {
  scale.value = 50;
  scale.dataset.empty = "";
  scale.setAttribute("aria-valuetext", say("runner.rating_none"));
  value.textContent = "–";
  setUnlocked(false);
}

let isOpen = false;

/** Whether the answer can be given; it takes a value as well. */
export function setUnlocked(isUnlocked) {
  isOpen = isUnlocked;
  confirm.setAttribute("aria-disabled", String(!isUnlocked || isEmpty()));
}

function choose() {
  delete scale.dataset.empty;
  scale.removeAttribute("aria-valuetext");
  value.textContent = scale.value;
  setUnlocked(isOpen);
}
scale.addEventListener("input", choose);
scale.addEventListener("pointerup", choose); // a tap on the very middle changes nothing
scale.addEventListener("keydown", ({ key }) => {
  if (KEYS.test(key) && isEmpty()) choose();
});
form.addEventListener("submit", (event) => event.preventDefault());

/** Resolves with the first rating whose press began after `unlockedSince()`. */
export function waitForRating(unlockedSince) {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const accept = (_, press) => {
      if (signal.aborted || isEmpty() || press.timeStamp < unlockedSince()) return;
      listening.abort();
      noteEffect();
      resolve({ ...press, answer: { rating: Number(scale.value) } });
    };
    listenForPresses(form, signal, accept);
    scale.addEventListener(
      "keydown",
      ({ key, repeat, timeStamp, isTrusted }) => {
        if (key !== "Enter" || repeat) return;
        accept(confirm, { timeStamp, isTrusted, modality: "keyboard" });
      },
      { signal },
    );
  });
}
