// What the runner says, in the language of the page. The strings come with it.
const strings = JSON.parse(document.getElementById("texts")?.textContent ?? "{}");

/** The catalogue's string of this name, its {placeholders} filled in. */
export function say(name, values = {}) {
  return strings[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}
