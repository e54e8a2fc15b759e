// What the runner says, in the language of the page. The strings come with it.
const strings = JSON.parse(document.getElementById("texts").textContent);

/**
 * The string of this name, `{placeholders}` filled in.
 * @param {string} name its name in the catalogue, like "runner.saving"
 * @param {Object<string, string | number>} values one for each placeholder
 * @returns {string}
 */
export function say(name, values = {}) {
  return strings[name].replace(/\{(\w+)\}/g, (_, key) => String(values[key]));
}
