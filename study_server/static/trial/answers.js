// The answers to a trial: a choice of two images and how sure, or a rating from 0 to 100.
import { keep, recall } from "./keeping.js";
import { listenForPresses, noteEffect } from "./presses.js";
import { say } from "./texts.js";

// Resolves with the first press in `group` that counts and began after `unlockedSince()`.
// Calls `listen` for what counts besides presses of buttons.
function firstPress(group, unlockedSince, { counts, answerOf, listen }) {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const accept = (button, press) => {
      if (signal.aborted || !counts() || press.timeStamp < unlockedSince()) return;
      listening.abort();
      noteEffect();
      resolve({ ...press, answer: answerOf(button) });
    };
    listenForPresses(group, signal, accept);
    group.addEventListener(
      "keydown",
      (event) => {
        const { timeStamp, isTrusted } = event;
        const button = !event.repeat && listen(event);
        if (button) accept(button, { timeStamp, isTrusted, modality: "keyboard" });
      },
      { signal },
    );
  });
}

const group = document.getElementById("answers");
const toggle = document.getElementById("shortcuts");
const buttons = [...group.querySelectorAll("button[data-choice]")];

toggle.checked = recall("shortcuts") ?? true;
const follow = () => (group.dataset.shortcuts = toggle.checked ? "on" : "off");
toggle.addEventListener("change", () => {
  keep("shortcuts", toggle.checked);
  follow();
});
follow();

/** Six buttons. Single keys act only while the focus is among them and not switched off. */
export const choice = {
  setUnlocked(isUnlocked) {
    for (const button of buttons) button.setAttribute("aria-disabled", String(!isUnlocked));
  },
  clear() {
    for (const button of buttons) delete button.dataset.chosen;
  },
  wait: (unlockedSince) =>
    firstPress(group, unlockedSince, {
      counts: () => true,
      answerOf(button) {
        button.dataset.chosen = "";
        const { choice, confidence } = button.dataset;
        return { choice, confidence: Number(confidence) };
      },
      listen({ key, ctrlKey, altKey, metaKey }) {
        if (!toggle.checked || ctrlKey || altKey || metaKey) return null;
        return buttons.find(({ dataset }) => dataset.key === key);
      },
    }),
};

const KEYS = /^(Arrow|Page|Home|End)/;
const form = document.getElementById("rating");
const scale = form.querySelector("input");
const value = form.querySelector("output");
const confirm = form.querySelector("button");
let isOpen = false;

const isEmpty = () => "empty" in scale.dataset;

function choose() {
  delete scale.dataset.empty;
  scale.removeAttribute("aria-valuetext");
  value.textContent = scale.value;
  rating.setUnlocked(isOpen);
}
scale.addEventListener("input", choose);
scale.addEventListener("pointerup", choose); // a tap on the very middle changes nothing
scale.addEventListener("keydown", ({ key }) => {
  if (KEYS.test(key) && isEmpty()) choose();
});
form.addEventListener("submit", (event) => event.preventDefault());

/** A scale, then Continue. Without a first touch it has no value, so none is suggested. */
export const rating = {
  setUnlocked(isUnlocked) {
    isOpen = isUnlocked;
    confirm.setAttribute("aria-disabled", String(!isUnlocked || isEmpty()));
  },
  clear() {
    scale.value = 50;
    scale.dataset.empty = "";
    scale.setAttribute("aria-valuetext", say("runner.rating_none"));
    value.textContent = "–";
    rating.setUnlocked(false);
  },
  wait: (unlockedSince) =>
    firstPress(form, unlockedSince, {
      counts: () => !isEmpty(),
      answerOf: () => ({ rating: Number(scale.value) }),
      listen: ({ key, target }) => key === "Enter" && target === scale && confirm,
    }),
};
