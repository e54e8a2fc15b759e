// Signs that a script answers. They are stored as flags and stop nobody.
let hasMoved = false;
addEventListener(
  "pointermove",
  ({ pointerType, isTrusted }) => (hasMoved ||= isTrusted && pointerType === "mouse"),
  { passive: true },
);

/**
 * The signs seen with one answer.
 * @param {{isTrusted: boolean, modality: string}} press
 * @returns {string[]}
 */
export function automationSignals({ isTrusted, modality }) {
  const signals = [];
  if (!isTrusted) signals.push("untrusted_event");
  if (navigator.webdriver) signals.push("webdriver");
  if (modality === "mouse" && !hasMoved) signals.push("no_pointer_path");
  return signals;
}
