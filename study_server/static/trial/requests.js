// Talks to the server. Nothing is taken for saved before the server says so.
import { sleep } from "./clock.js";
import { say } from "./texts.js";

const TIMEOUT_MS = 20000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const SAYS_NOTHING_FOR_MS = 3000;
const REFUSED = "refused "; // + path: the server said no, and the page was reloaded
const JSON_TYPE = { "Content-Type": "application/json" };

/**
 * @param {{api: string, csrf: string}} address where to ask, and the form token
 * @param {{showNotice: Function, showTrouble: Function}} view
 */
export function createRequests({ api, csrf }, { showNotice, showTrouble }) {
  // Asks until there is an answer; says so when it takes long.
  async function ask(path, options, notice) {
    const slow = setTimeout(() => showNotice(notice), SAYS_NOTHING_FOR_MS);
    try {
      for (let attempt = 0; ; attempt += 1) {
        const { answer, pauseMs } = await once(path, options);
        if (answer) return answer;
        await sleep(Math.max(pauseMs, pauseBefore(attempt)));
      }
    } finally {
      clearTimeout(slow);
      showNotice("");
    }
  }

  // {answer} parsed, or {pauseMs}: what the server asks to wait before the next attempt.
  async function once(path, options) {
    let reply;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      reply = await fetch(api + path, { priority: "high", ...options, signal });
      if (reply.ok) {
        const answer = await reply.json();
        sessionStorage.removeItem(REFUSED + path);
        return { answer };
      }
    } catch {
      return { pauseMs: 0 }; // no connection, or it broke off
    }
    if (reply.status >= 500 || reply.status === 429 || reply.status === 408) {
      return { pauseMs: 1000 * (Number(reply.headers.get("Retry-After")) || 0) };
    }
    // Withdrawn in another tab, a cookie gone, an old page: the server knows the way.
    // Refused again after that, only a person can tell when to try once more.
    if (sessionStorage.getItem(REFUSED + path)) await showTrouble();
    sessionStorage.setItem(REFUSED + path, "yes");
    location.reload();
    return new Promise(() => {});
  }

  const post = (path, content, notice) =>
    ask(
      path,
      {
        method: "POST",
        headers: { ...JSON_TYPE, "X-CSRFToken": csrf },
        body: JSON.stringify(content),
      },
      notice,
    );

  return {
    /** The trial that is due and those after it, or {next}: the page to go to. */
    trials: () => ask("trial", { cache: "no-store" }, say("runner.loading")),
    /** The same in one attempt, undefined if it fails. */
    trialsIfReachable: async () => (await once("trial", { cache: "no-store" })).answer,
    /** Sends an answer until it is acknowledged. */
    send: (response) => post("responses", response, say("runner.saving")),
    /** Tells that a trial's images cannot be loaded. */
    reportMissing: ({ trial_id, n_postponed }) =>
      post("images-missing", { trial_id, n_postponed }, say("runner.loading")),
  };
}

function pauseBefore(attempt) {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return pause * (0.75 + Math.random() / 2);
}
