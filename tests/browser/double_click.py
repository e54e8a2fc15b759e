"""A double click whose presses lie as far apart as it says, on a slow machine too."""

import time

from playwright.sync_api import Page

APART_MS = 200  # a calm double click


def double_click(page: Page, selector: str, *, apart_ms: int = APART_MS) -> None:
    """Press twice with the mouse.

    The time of a press is the one told to the browser, not the one at which it gets to
    it: with much to do the two would drift apart until they are two wishes.
    """
    button = page.locator(selector)
    button.hover()  # waits until it can be pressed
    box = button.bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    mouse = page.context.new_cdp_session(page)
    first_s = time.time()
    for n_click in (1, 2):
        timestamp = first_s + (n_click - 1) * apart_ms / 1000
        page.wait_for_timeout(max(0.0, timestamp - time.time()) * 1000)
        for kind in ("mousePressed", "mouseReleased"):
            press = {"button": "left", "clickCount": n_click, "timestamp": timestamp}
            mouse.send("Input.dispatchMouseEvent", {"type": kind, **at, **press})
    mouse.detach()
