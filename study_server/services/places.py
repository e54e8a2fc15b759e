"""The places of a trial's images, and what stands in them for a browser. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

PANEL_PLACE = "panel-"
NEGATIVE_PANEL_PLACE = "negative-"
REFERENCE_PLACE = "reference"
OPTION_PLACES = ("left", "right")
"""Of what a participant is asked about; `left` alone where one image is rated."""


class ServedImage(NamedTuple):
    """An image by the only name a browser knows, and the length of its file."""

    image_id: str
    n_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedImages:
    """A trial's images by what they are for, each list in reading order."""

    panel: tuple[ServedImage, ...]
    negative_panel: tuple[ServedImage, ...]
    reference: ServedImage | None
    options: dict[str, ServedImage]
    """`left` and `right`, in this order; `left` alone where one image is rated."""


def images_by_place(found: Mapping[str, ServedImage]) -> PlacedImages:
    """Sort place → image of one trial into its lists."""
    lists: dict[str, list[tuple[int, ServedImage]]] = defaultdict(list)
    for place, image in found.items():
        prefix, dash, number = place.rpartition("-")
        if dash:
            lists[prefix + dash].append((int(number), image))
    return PlacedImages(
        panel=_in_order(lists[PANEL_PLACE]),
        negative_panel=_in_order(lists[NEGATIVE_PANEL_PLACE]),
        reference=found.get(REFERENCE_PLACE),
        options={place: found[place] for place in OPTION_PLACES if place in found},
    )


def _in_order(numbered: Iterable[tuple[int, ServedImage]]) -> tuple[ServedImage, ...]:
    return tuple(image for _, image in sorted(numbered))
