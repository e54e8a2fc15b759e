"""One who uses a single device: a mouse, a keyboard or a finger."""

from time import monotonic
from typing import Literal, get_args

from playwright.sync_api import Locator, Page

Device = Literal["mouse", "keyboard", "touch"]
DEVICES: tuple[Device, ...] = get_args(Device)

MAX_TABS = 60
NOT_A_DOUBLE_TAP_MS = 350

IS_REACHED = """target =>
  target === document.activeElement ||
  (target.type === "radio" && target.name === document.activeElement.name)"""
"""Tab stops once in a group of radio buttons; arrows go on from there."""

FOCUS_FAULT = """() => {
  const target = document.activeElement;
  const box = target.getBoundingClientRect();
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const top = document.elementFromPoint(x, y);
  const name = `${target.tagName} ${target.textContent.trim().slice(0, 40)}`;
  const isSeen = top && (target.contains(top) || top.contains(target));
  if (!isSeen) return `${name} is hidden`;
  if (!target.matches(":focus-visible")) return `${name} shows no focus`;
  const { outlineStyle, outlineWidth } = getComputedStyle(target);
  const isShown = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return isShown ? null : `${name} shows no outline`;
}"""
"""WCAG 2.4.7 and 2.4.11: what has the focus is in sight and says so."""


class Person:
    """Presses, ticks and moves sliders; never touches another device."""

    def __init__(self, page: Page, device: Device) -> None:
        self.page = page
        self.device = device
        self._tapped_at_s = 0.0

    def press(self, selector: str) -> None:
        """Press the first such button or link in sight."""
        target = self.page.locator(selector).first
        if self.device == "keyboard":
            self.reach(target)
            self.page.keyboard.press("Enter")
        else:
            self.point_at(target)

    def tick(self, selector: str) -> None:
        """Tick a box, or choose a radio button."""
        target = self.page.locator(selector)
        if self.device != "keyboard":
            self.point_at(target)
            return
        self.reach(target)
        while not target.evaluate("target => target === document.activeElement"):
            self.page.keyboard.press("ArrowDown")
        if not target.is_checked():
            self.page.keyboard.press("Space")

    def slide(self, selector: str) -> None:
        """Give a slider a value, about the middle."""
        if self.device == "keyboard":
            self.reach(self.page.locator(selector))
            self.page.keyboard.press("ArrowRight")
        else:
            self.point_at(self.page.locator(selector))

    def point_at(self, target: Locator) -> None:
        """Click or tap the middle of something."""
        if self.device == "touch":
            since_last_ms = 1000 * (monotonic() - self._tapped_at_s)
            self.page.wait_for_timeout(max(0, NOT_A_DOUBLE_TAP_MS - since_last_ms))
            target.tap()
            self._tapped_at_s = monotonic()
        else:
            target.click()

    def reach(self, target: Locator) -> None:
        """Walk with Tab until the focus is there; it must be seen to be there."""
        for n_tabs in range(MAX_TABS):
            if target.evaluate(IS_REACHED):
                fault = self.page.evaluate(FOCUS_FAULT) if n_tabs else None
                assert fault is None, fault
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"{target} cannot be reached with Tab")
