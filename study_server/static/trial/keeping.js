// What the browser keeps when the page is gone: small notes, and answers not sent yet.
const OPENS_WITHIN_MS = 2000;
const inMemory = new Map(); // where it keeps none

/** The value kept under this key, or null. */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? inMemory.get(key) ?? null;
  } catch {
    return inMemory.get(key) ?? null;
  }
}

/** Keeps a value that JSON knows; undefined drops what was kept. */
export function keep(key, value) {
  inMemory.set(key, value);
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full, or switched off: memory has it
  }
}

/** Opens the shelf of answers in the browser's database; null in a window without one. */
export async function openShelf() {
  try {
    const opening = indexedDB.open("outbox", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("entries", { keyPath: "id" });
    const db = await settled(opening);
    const write = (act) =>
      new Promise((resolve, reject) => {
        const writing = db.transaction("entries", "readwrite", { durability: "strict" });
        writing.oncomplete = resolve; // it is on the disk
        writing.onabort = reject;
        act(writing.objectStore("entries"));
      });
    return {
      put: (entry) => write((entries) => entries.put(entry)),
      remove: ({ id }) => write((entries) => entries.delete(id)),
      all: () => settled(db.transaction("entries").objectStore("entries").getAll()),
    };
  } catch {
    return null;
  }
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = reject;
    setTimeout(reject, OPENS_WITHIN_MS);
  });
