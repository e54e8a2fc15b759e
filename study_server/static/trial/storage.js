// Small notes that outlive a reload. Where the browser keeps none, memory has to do.
const inMemory = new Map();

/** The value kept under this key, or null. */
export function recall(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? inMemory.get(key) ?? null;
  } catch {
    return inMemory.get(key) ?? null;
  }
}

/** Keeps a value that JSON knows. */
export function keep(key, value) {
  inMemory.set(key, value);
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // full, or switched off: memory has it
  }
}

/** Drops a key. */
export function drop(key) {
  inMemory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // there was nothing to drop
  }
}
