"""Scripts put into a page before its own: they answer, delay and hide."""

ANSWER_AFTER = """
(() => {
  const [delayMs, nTrials] = [%(delay_ms)s, %(n_trials)s];
  const truth = (window.injected = []); // what was really done, and what was in sight
  let last = null;
  const press = (onset) => {
    while (performance.now() < onset + delayMs);
    const event = new KeyboardEvent("keydown", { key: "1", bubbles: true });
    const images = [...document.querySelectorAll("#trial img")];
    const n_whole = images.filter((each) => each.complete && each.naturalWidth).length;
    truth.push({ onset, sent: event.timeStamp, n_whole });
    document.getElementById("answers").dispatchEvent(event);
  };
  const look = () => {
    for (const button of document.querySelectorAll(
      ".interlude[data-interlude]:not([hidden]) button.primary")) button.click();
    const photo = document.querySelector("#answers .photo img");
    if (!photo || photo === last || truth.length === nTrials) return;
    last = photo;
    const onset = document.timeline.currentTime; // of the frame being made
    setTimeout(() => press(onset), delayMs - 5 - (performance.now() - onset));
  };
  const options = { subtree: true, childList: true, attributes: true };
  new MutationObserver(look).observe(document, options);
})();
"""
"""Answers `n_trials` by key, `delay_ms` after the frame that shows the options."""

ANSWER_AFTER_PAINT = """
(() => {
  const [delayMs, nTrials] = [%(delay_ms)s, %(n_trials)s];
  const truth = (window.injected = []);
  let last = null;
  const press = (painted) => {
    while (performance.now() < painted + delayMs);
    const event = new KeyboardEvent("keydown", { key: "1", bubbles: true });
    truth.push({ painted, sent: event.timeStamp });
    document.getElementById("answers").dispatchEvent(event);
  };
  new PerformanceObserver((list) => {
    for (const { element, renderTime } of list.getEntries()) {
      const isFirst = element.closest("[data-place=left]") !== null;
      if (!isFirst || element === last || truth.length === nTrials) continue;
      last = element;
      const passed = performance.now() - renderTime;
      setTimeout(() => press(renderTime), delayMs - 5 - passed);
    }
  }).observe({ type: "element" });
  new MutationObserver(() => {
    for (const button of document.querySelectorAll(
      ".interlude[data-interlude]:not([hidden]) button.primary")) button.click();
    const photo = document.querySelector("#answers .photo img:not([elementtiming])");
    photo?.setAttribute("elementtiming", "option"); // first A, then B
  }).observe(document, { subtree: true, childList: true, attributes: true });
})();
"""
"""The same, after the browser itself says that the first option was painted."""

DELAY_IMAGE = """
(() => {
  const real = window.fetch;
  let n = 0;
  window.fetch = async (url, options) => {
    const isImage = String(url).includes("/image/");
    if (isImage && n++ === %(index)s) {
      await new Promise((resolve) => setTimeout(resolve, %(delay_ms)s));
    }
    return real(url, options);
  };
})();
"""
"""Holds one of the images back for a while; the others come at once."""

HIDE = """
(isHidden) => {
  const set = (name, value) =>
    Object.defineProperty(document, name, { value, configurable: true });
  set("hidden", isHidden);
  set("visibilityState", isHidden ? "hidden" : "visible");
  document.dispatchEvent(new Event("visibilitychange"));
  return performance.now();
}
"""
"""What the page sees when its tab is put behind another one; returns when."""

QUICK_TIMERS = """
(() => {
  const real = window.setTimeout;
  window.setTimeout = (run, ms, ...rest) => real(run, ms / 25, ...rest);
})();
"""
"""Pauses pass 25 times as fast, so that giving up takes no time."""
