// The browser's database, as a shelf for what is not sent yet. It outlives tab, browser
// and power; a private window may have none, and a full disk takes nothing.
const OPENS_WITHIN_MS = 2000;

/** Opens the shelf; null where there is none. */
export async function openShelf() {
  try {
    const db = await open();
    const write = (act) =>
      new Promise((resolve, reject) => {
        const writing = db.transaction("entries", "readwrite", { durability: "strict" });
        writing.oncomplete = resolve;
        writing.onabort = reject;
        act(writing.objectStore("entries"));
      });
    return {
      /** Resolves once the entry is on the disk. */
      put: (entry) => write((entries) => entries.put(entry)),
      remove: ({ id }) => write((entries) => entries.delete(id)),
      all: () => settled(db.transaction("entries").objectStore("entries").getAll()),
    };
  } catch {
    return null;
  }
}

function open() {
  const opening = indexedDB.open("outbox", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("entries", { keyPath: "id" });
  return settled(opening);
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = request.onblocked = reject;
    setTimeout(reject, OPENS_WITHIN_MS);
  });
