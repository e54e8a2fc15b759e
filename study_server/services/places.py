"""The names of the places of a trial's images. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

PANEL_PLACE = "panel-"
NEGATIVE_PANEL_PLACE = "negative-"
REFERENCE_PLACE = "reference"
OPTION_PLACES = ("left", "right")


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedImages:
    """Opaque image ids by what they are for, each list in reading order."""

    panel: tuple[str, ...]
    negative_panel: tuple[str, ...]
    reference: str | None
    options: dict[str, str]
    """`left` and `right`, in this order; only `left` where one image is judged."""

    @property
    def all(self) -> tuple[str, ...]:
        """Every image of the trial, in the order in which it is loaded."""
        reference = () if self.reference is None else (self.reference,)
        return (
            *self.panel,
            *self.negative_panel,
            *reference,
            *self.options.values(),
        )


def images_by_place(found: Mapping[str, str]) -> PlacedImages:
    """Sort place → image_id of one trial into its lists."""
    return PlacedImages(
        panel=_numbered(found, PANEL_PLACE),
        negative_panel=_numbered(found, NEGATIVE_PANEL_PLACE),
        reference=found.get(REFERENCE_PLACE),
        options={place: found[place] for place in OPTION_PLACES if place in found},
    )


def _numbered(found: Mapping[str, str], prefix: str) -> tuple[str, ...]:
    numbers = sorted(
        int(place.removeprefix(prefix)) for place in found if place.startswith(prefix)
    )
    return tuple(found[f"{prefix}{number}"] for number in numbers)
