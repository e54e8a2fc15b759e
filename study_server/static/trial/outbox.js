// Answers wait here until the server has them. Each is put on the shelf before the page
// goes on, and sent without end, however often tab and browser are closed.
import { openShelf } from "./keeping.js";
import { asPost, backOff, once, sleep } from "./requests.js";

const MAX_UNSENT = 5;
const SAYS_NOTHING_FOR_MS = 3000;
const LOOKS_EVERY_MS = 100;

/**
 * Opens the outbox and goes on sending what earlier pages left in it. Answers go to the
 * address `api`; `key` proves whose they are. Calls `onOverdue(n, isKept)` when n answers
 * are not saved after some seconds: whether this browser keeps them; n = 0: all is saved.
 */
export async function createOutbox({ api, key }, onOverdue) {
  const shelf = await openShelf();
  const unsent = new Map(); // id → {id, url, key, body, isKept}, also of other sessions
  let nStored = 0; // of this session, as the server last said
  let isOverdue = false;

  const mine = () => [...unsent.values()].filter((entry) => !key || entry.key === key);
  const isKept = () => mine().every((entry) => entry.isKept);

  function look() {
    isOverdue &&= mine().length > 0;
    onOverdue(isOverdue ? mine().length : 0, isKept());
  }

  // Sends one answer until the server has it: stored, set aside, or not wanted any more.
  async function deliver(entry) {
    unsent.set(entry.id, entry);
    setTimeout(() => {
      isOverdue ||= unsent.has(entry.id);
      look();
    }, SAYS_NOTHING_FOR_MS);
    for (let n = 0; ; n += 1) {
      const headers = { Authorization: `Outbox ${entry.key}` };
      const request = { ...asPost(entry.body, headers), credentials: "omit" };
      const { answer, status, told, pauseMs } = await once(entry.url, request);
      if (answer?.response_id === entry.id || told?.is_kept) return done(entry, answer ?? told);
      if (status === 401) entry.key = key ?? entry.key; // the server's own key has changed
      await backOff(n, pauseMs);
    }
  }

  function done(entry, answer) {
    unsent.delete(entry.id);
    nStored = Math.max(nStored, answer.n_stored ?? 0);
    look();
    shelf?.remove(entry).catch(() => {}); // sent again, it gets the same answer
    return answer;
  }

  async function below(limit) {
    while (mine().length >= limit) await sleep(LOOKS_EVERY_MS);
  }

  for (const entry of (await shelf?.all().catch(() => [])) ?? []) deliver(entry);
  addEventListener("beforeunload", (event) => isKept() || event.preventDefault());

  return {
    /**
     * Takes a response. `safe` resolves when the page may go on; `acknowledged` with what
     * the server says, {next} if that is another page.
     */
    put(response) {
      const id = newUuid();
      const body = JSON.stringify({ response_id: id, ...response });
      const entry = { id, url: `${api}responses`, key, body, isKept: true };
      const written = shelf ? shelf.put(entry) : Promise.reject();
      const tried = written.catch(() => (entry.isKept = false));
      const acknowledged = tried.then(() => deliver(entry));
      return { safe: tried.then(() => entry.isKept || acknowledged), acknowledged };
    },
    /** Resolves when there is room for one more answer. */
    hasRoom: () => below(MAX_UNSENT),
    /** Resolves when all is sent. */
    isEmpty: () => below(1),
    /** What waits. */
    entries: () => [...unsent.values()],
    /** Answers of this session that the server has, as it says with a trial. */
    noteStored: (n) => (nStored = Math.max(nStored, n)),
    progress: () => ({ n_saved: nStored, n_given: nStored + mine().length }),
  };
}

// `crypto.randomUUID` exists only on HTTPS and on this very machine.
function newUuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return asHex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

/** Bytes in hexadecimal digits. */
export const asHex = (bytes) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
