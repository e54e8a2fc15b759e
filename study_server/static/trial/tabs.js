// One tab at a time: the newer takes over after a question, the older says so and stops.
import { sleep } from "./requests.js";

const ANSWER_WITHIN_MS = 250;
const TAKES_OVER = "takes over"; // kept over a reload: the question was answered

/**
 * Resolves once this tab may run: if there is another one, when `ask()` resolves. Calls
 * `onTaken` when a newer one takes over.
 */
export async function claimStudy(name, { ask, onTaken }) {
  if (!("BroadcastChannel" in window)) return;
  const channel = new BroadcastChannel(`trials ${name}`);
  let isRunning = false;
  let isOpenElsewhere = false;
  channel.onmessage = ({ data }) => {
    if (data === "anyone?" && isRunning) channel.postMessage("here");
    if (data === "here") isOpenElsewhere = true;
    if (data === "mine" && isRunning) {
      isRunning = false;
      onTaken();
    }
  };
  channel.postMessage("anyone?");
  await sleep(ANSWER_WITHIN_MS);
  const isDecided = sessionStorage.getItem(TAKES_OVER);
  sessionStorage.removeItem(TAKES_OVER);
  if (isOpenElsewhere && !isDecided) await ask();
  channel.postMessage("mine");
  isRunning = true;
}

/** Continues in this tab after all. */
export function takeOver() {
  sessionStorage.setItem(TAKES_OVER, "yes");
  location.reload();
}
