// Talks to the server. Nothing is taken for saved before the server says so.
import { say } from "./texts.js";

const TIMEOUT_MS = 20000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15000;
const SAYS_NOTHING_FOR_MS = 1200;
const REFUSED = "refused "; // + path: the server said no, and the page was reloaded

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function createApi({ api, csrf }, { showNotice, showTrouble }) {
  async function ask(path, options, slowNotice) {
    const slow = setTimeout(() => showNotice(slowNotice), SAYS_NOTHING_FOR_MS);
    try {
      for (let attempt = 0; ; attempt += 1) {
        const answer = await once(path, options);
        if (answer) {
          showNotice("");
          sessionStorage.removeItem(REFUSED + path);
          return answer;
        }
        clearTimeout(slow);
        showNotice(`${slowNotice} ${say("runner.interrupted")}`);
        await sleep(pauseBefore(attempt));
      }
    } finally {
      clearTimeout(slow);
    }
  }

  // The parsed answer, or null when asking again may help.
  async function once(path, options) {
    let reply;
    try {
      reply = await fetch(api + path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (reply.ok) return await reply.json();
    } catch {
      return null; // no connection, or it broke off
    }
    if (reply.status >= 500 || reply.status === 429 || reply.status === 408) return null;
    // Withdrawn in another tab, a cookie gone, an old page: the server knows the way.
    // Refused again after that, only a person can tell when to try once more.
    if (sessionStorage.getItem(REFUSED + path)) await showTrouble();
    sessionStorage.setItem(REFUSED + path, "yes");
    location.reload();
    return new Promise(() => {});
  }

  return {
    currentTrial: () => ask("trial", { cache: "no-store" }, say("runner.loading")),
    send: (response) =>
      ask(
        "responses",
        {
          method: "POST",
          headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
          body: JSON.stringify(response),
        },
        say("runner.saving"),
      ),
  };
}

function pauseBefore(attempt) {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** attempt);
  return pause * (0.75 + Math.random() / 2);
}
