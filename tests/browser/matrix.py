"""Every study by every device in every window and language; and a few that do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from tests.browser.person import DEVICES, Device

LANGUAGES = ("en", "de")


@dataclass(frozen=True, kw_only=True)
class Window:
    """What a person sees the page through."""

    width_px: int
    height_px: int
    """In CSS px."""
    pixel_ratio: int = 1
    """Of screen to CSS px."""
    text_px: int = 16
    """The size of text that the person has chosen in the browser."""


WINDOWS: Mapping[str, Window] = {
    "320 px": Window(width_px=320, height_px=640),
    "200 % zoom": Window(width_px=640, height_px=400, pixel_ratio=2),
    "1024 px": Window(width_px=1024, height_px=768),
    "200 % text": Window(width_px=1280, height_px=800, text_px=32),
}
"""Zooming a page in a window of 1280 x 800 to 200 % halves its CSS px and doubles the
device pixels of each, and that is all it does; the emulation does the same. Chromium
zooms by itself only through its own menus. The size of text is really the browser's."""


@dataclass(frozen=True, kw_only=True, order=True)
class Case:
    """One session of the product."""

    study: str
    device: Device
    size: str
    language: str

    def __str__(self) -> str:
        return f"{self.study}, {self.device}, {self.size}, {self.language}"


def every_case(studies: Sequence[str]) -> list[Case]:
    """The full product."""
    return [
        Case(study=study, device=device, size=size, language=language)
        for study, size, language, device in product(
            studies, WINDOWS, LANGUAGES, DEVICES
        )
    ]


def covering_cases(studies: Sequence[str]) -> list[Case]:
    """Few cases: each study, and each pair of values of device, size and language.

    Every device meets every size once, languages as on a chessboard; studies take
    turns.
    """
    places = [(d, s) for s in range(len(WINDOWS)) for d in range(len(DEVICES))]
    return [
        Case(
            study=studies[n % len(studies)],
            device=DEVICES[device],
            size=list(WINDOWS)[size],
            language=LANGUAGES[(device + size) % len(LANGUAGES)],
        )
        for n, (device, size) in enumerate(places)
    ]
