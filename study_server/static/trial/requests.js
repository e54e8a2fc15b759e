// Asks the server. Nothing is taken for done before it says so.
import { say } from "./texts.js";

const TIMEOUT_MS = 20000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;
const SAYS_NOTHING_FOR_MS = 3000;

/** Resolves after this many ms. */
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * The pause after failed attempt n (from 0): random, so that browsers do not come back
 * all at once. It ends early when the connection returns.
 */
export function backOff(n, leastMs = 0) {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** n);
  const online = new Promise((resolve) => addEventListener("online", resolve, { once: true }));
  return Promise.race([sleep(Math.max(leastMs, pause * (0.75 + Math.random() / 2))), online]);
}

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
export function createRequests({ api, csrf }, { showNotice, show }) {
  // Asks until there is an answer; says so when it takes long.
  async function ask(path, options) {
    const slow = setTimeout(showNotice, SAYS_NOTHING_FOR_MS, "loading", say("runner.loading"));
    try {
      for (let attempt = 0; ; attempt += 1) {
        const { answer, status, told, pauseMs } = await once(api + path, options);
        if (answer) return answer;
        if (!canPass(status)) await startAnew(told);
        await backOff(attempt, pauseMs);
      }
    } finally {
      clearTimeout(slow);
      showNotice("loading", "");
    }
  }

  // A cookie gone, an old page: the server knows the way, or a person when to try again.
  async function startAnew(told) {
    if (!told?.next) await show("trouble");
    location.replace(told?.next ?? location);
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
