// The six answers of a choice: which of two images, and how sure.
import { listenForPresses, noteEffect } from "./presses.js";
import { keep, recall } from "./storage.js";

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

/** Whether the answers can be given. */
export function setUnlocked(isUnlocked) {
  for (const button of buttons) button.setAttribute("aria-disabled", String(!isUnlocked));
}

/** Forgets which answer was given. */
export function clear() {
  for (const button of buttons) delete button.dataset.chosen;
}

/** Resolves with the first answer whose press began after `unlockedSince()`. */
export function waitForChoice(unlockedSince) {
  return new Promise((resolve) => {
    const listening = new AbortController();
    const { signal } = listening;
    const accept = (button, press) => {
      if (signal.aborted || press.timeStamp < unlockedSince()) return;
      listening.abort();
      noteEffect();
      button.dataset.chosen = "";
      const { choice, confidence } = button.dataset;
      resolve({ ...press, answer: { choice, confidence: Number(confidence) } });
    };
    listenForPresses(group, signal, accept);
    // Single keys act only while the focus is in the group, and can be switched off.
    group.addEventListener(
      "keydown",
      (event) => {
        if (event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
        const button = buttons.find(({ dataset }) => dataset.key === event.key);
        if (!button || !toggle.checked) return;
        const { timeStamp, isTrusted } = event;
        accept(button, { timeStamp, isTrusted, modality: "keyboard" });
      },
      { signal },
    );
  });
}
