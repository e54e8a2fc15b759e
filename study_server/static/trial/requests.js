// Asks the server. Nothing is taken for done before it says so.
import { backOff } from "./pauses.js";
import { say } from "./texts.js";

const TIMEOUT_MS = 20000;
const SAYS_NOTHING_FOR_MS = 3000;
const REFUSED = "refused "; // + path: the server said no, and the page was reloaded

/**
 * One attempt: {answer} parsed, or {status, told, pauseMs}, where status is 0 without a
 * connection and pauseMs is how long the server asks to wait.
 */
export async function once(url, options) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const reply = await fetch(url, { priority: "high", ...options, signal });
    if (reply.ok) return { answer: await reply.json() };
    const pauseMs = 1000 * (Number(reply.headers.get("Retry-After")) || 0);
    const told = await reply.json().catch(() => null);
    return { status: reply.status, told, pauseMs };
  } catch {
    return { status: 0, pauseMs: 0 }; // no connection, or it broke off
  }
}

/** What a request needs to carry this content as JSON. */
export const asPost = (content, headers) => ({
  method: "POST",
  headers: { "Content-Type": "application/json", ...headers },
  body: content,
});

const canPass = (status) => !status || status >= 500 || [408, 413, 429].includes(status);

/** Requests to the address `api`. */
export function createRequests({ api, csrf }, { showNotice, showTrouble }) {
  // Asks until there is an answer; says so when it takes long.
  async function ask(path, options) {
    const slow = setTimeout(showNotice, SAYS_NOTHING_FOR_MS, "loading", say("runner.loading"));
    try {
      for (let attempt = 0; ; attempt += 1) {
        const { answer, status, pauseMs } = await once(api + path, options);
        if (answer) sessionStorage.removeItem(REFUSED + path);
        if (answer) return answer;
        if (!canPass(status)) await startAnew(path);
        await backOff(attempt, pauseMs);
      }
    } finally {
      clearTimeout(slow);
      showNotice("loading", "");
    }
  }

  // Withdrawn in another tab, a cookie gone, an old page: the server knows the way.
  // Refused again after that, only a person can tell when to try once more.
  async function startAnew(path) {
    if (sessionStorage.getItem(REFUSED + path)) await showTrouble();
    sessionStorage.setItem(REFUSED + path, "yes");
    location.reload();
    return new Promise(() => {});
  }

  const fresh = { cache: "no-store" };
  return {
    /** The trial that is due and those after it, or {next}: the page to go to. */
    trials: () => ask("trial", fresh),
    /** The same in one attempt, undefined if it fails. */
    trialsIfReachable: async () => (await once(`${api}trial`, fresh)).answer,
    /** Tells that a trial's images cannot be loaded. */
    reportMissing: ({ trial_id, n_postponed }) =>
      ask(
        "images-missing",
        asPost(JSON.stringify({ trial_id, n_postponed }), { "X-CSRFToken": csrf }),
      ),
  };
}
