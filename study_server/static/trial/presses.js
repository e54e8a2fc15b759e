// Who pressed what, when, and with which device. A click tells that a press counts; the
// press itself tells its time.

const DOUBLE_MS = 300; // from the first click to the next press: longer is another wish
let actedAt = -Infinity;

/** Notes that a press had its effect: the second half of a double click has none. */
export const noteEffect = () => (actedAt = performance.now());

/** Whether a click is the second half of a double click that had its effect. */
export const isSecondHalf = ({ detail }, pressedAt) =>
  detail > 1 && pressedAt - actedAt < DOUBLE_MS;

/**
 * Listens for presses of buttons in `group` until `signal`. `onPress` gets button and
 * press, maybe several times; the caller decides what the first one is.
 */
export function listenForPresses(group, signal, onPress) {
  let last = null; // the press that a click may follow
  const buttonOf = (event) => event.target.closest?.("button");
  const note = (event, modality) => {
    const { timeStamp, isTrusted } = event;
    last = { button: buttonOf(event), press: { timeStamp, isTrusted, modality } };
  };
  const on = (name, listen) => group.addEventListener(name, listen, { signal });
  on("pointerdown", (event) => note(event, event.pointerType || "mouse"));
  on("keydown", (event) => {
    if (!event.repeat && (event.key === "Enter" || event.key === " ")) note(event, "keyboard");
  });
  on("click", (event) => {
    const button = buttonOf(event);
    if (!button || isSecondHalf(event, last?.press.timeStamp ?? event.timeStamp)) return;
    const isNoted = last?.button === button;
    if (isNoted) onPress(button, last.press);
    // Assistive technology clicks without any press.
    else if (event.detail === 0) {
      const { timeStamp, isTrusted } = event;
      onPress(button, { timeStamp, isTrusted, modality: "keyboard" });
    }
    last = null;
  });
}

// A key that is held down presses no button twice, on any page of the trials.
document.addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Enter") event.preventDefault();
});

// Signs that a script answers. They are stored as flags and stop nobody.
let hasMoved = false;
addEventListener(
  "pointermove",
  ({ pointerType, isTrusted }) => (hasMoved ||= isTrusted && pointerType === "mouse"),
  { passive: true },
);

/** The signs seen with one press. */
export const automationSignals = ({ isTrusted, modality }) =>
  [
    !isTrusted && "untrusted_event",
    navigator.webdriver && "webdriver",
    modality === "mouse" && !hasMoved && "no_pointer_path",
  ].filter(Boolean);
