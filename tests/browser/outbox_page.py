"""What a page's outbox holds, and a connection that goes away."""

from typing import Any

from playwright.sync_api import BrowserContext, Page, Route

QUICK_BACK_OFF = """
(() => {
  const real = window.setTimeout;
  window.setTimeout = (run, ms, ...rest) =>
    real(run, ms >= 500 && ms < 60000 && ms !== 3000 ? ms / 10 : ms, ...rest);
})();
"""
"""Back-off takes a tenth of its time; the notice and the file wait as they do."""

NO_INDEXED_DB = """
Object.defineProperty(window, "indexedDB", {
  value: { open() { throw new DOMException("not here", "SecurityError"); } },
});
"""
"""A private window of a browser that keeps nothing there."""

N_RESOURCES = "performance.getEntriesByType('resource').length"
ENTRIES = """
() => new Promise((resolve, reject) => {
  const opening = indexedDB.open("outbox", 1);
  opening.onerror = reject;
  opening.onsuccess = () => {
    const entries = opening.result.transaction("entries").objectStore("entries");
    const reading = entries.getAll();
    reading.onsuccess = () => { opening.result.close(); resolve(reading.result); };
    reading.onerror = reject;
  };
})
"""


def kept_entries(page: Page) -> list[dict[str, Any]]:
    """What the browser's own database holds, whatever the page thinks."""
    found: list[dict[str, Any]] = page.evaluate(ENTRIES)
    return found


def wait_until_sent(page: Page) -> None:
    """Nothing waits in the browser any more."""
    while kept_entries(page):
        page.wait_for_timeout(50)


def go_offline(context: BrowserContext, is_offline: bool = True) -> None:
    """The browser's own switch (CDP): every request fails, and pages are told.

    Not before the images of the next trials have come: what is shown offline is what
    was loaded before.
    """
    for page in context.pages if is_offline else []:
        n_loaded = -1
        while (n := page.evaluate(N_RESOURCES)) != n_loaded:
            n_loaded = n
            page.wait_for_timeout(500)
    context.set_offline(is_offline)


def answer_with(page: Page, statuses: list[int]) -> None:
    """Let the next requests fail with these statuses (0: reset), then pass all."""

    def fail(route: Route) -> None:
        status = statuses.pop(0) if statuses else 200
        if status == 200:
            route.continue_()
        elif status == 0:
            route.abort("connectionreset")
        else:
            route.fulfill(status=status, body="no", headers={"Retry-After": "0"})

    page.route("**/api/responses", fail)
