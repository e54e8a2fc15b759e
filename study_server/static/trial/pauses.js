// Waiting: for a while, and ever longer between attempts.
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30000;

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
