// The words of the page, in its language. The server puts them into the page.
const words = JSON.parse(document.getElementById("runner-texts").textContent);

/**
 * The text with this key; `{name}` in it stands for `values.name`.
 * @param {string} key
 * @param {Object<string, string|number>} [values]
 * @returns {string}
 */
export function say(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
