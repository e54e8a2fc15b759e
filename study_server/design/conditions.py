"""Which images a condition's panel is made of: the one table of conditions. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from study_server.bundle import Feature
from study_server.bundle_kinds import CONTROL_KINDS
from study_server.errors import DefinitionError

NO_PANEL = "none"
"""The condition without a panel: it estimates the base rate of each query pair."""

FOIL_KINDS = tuple(
    sorted(CONTROL_KINDS - {"accentuation_random_weights_cascade"})
)  # a cascade has several rounds of pictures for each seed image: no one panel

Tiles = Callable[[Feature, int], tuple[str, ...]]
"""(feature, number of tiles) to stimulus ids in reading order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """How a panel is filled from the images of a feature."""

    needs: Mapping[str, Callable[[int], int]] = field(default_factory=dict)
    """Name of a list of images to how many of it so many tiles need."""

    tiles: Tiles = field(default=lambda _feature, _n_tiles: ())
    """The panel."""

    negative_needs: Mapping[str, Callable[[int], int]] = field(default_factory=dict)
    """As `needs`, of the second panel."""

    negative_tiles: Tiles | None = None
    """The second panel. None: the condition has none."""

    is_side_by_side: bool = False
    """Whether each seed image stands beside its own second tile."""

    @property
    def has_negative(self) -> bool:
        """Whether there can be a second panel."""
        return self.negative_tiles is not None


def all_of(n_tiles: int) -> int:
    """As many images as tiles."""
    return n_tiles


def half(n_tiles: int) -> int:
    """Half as many images as tiles, rounded down."""
    return n_tiles // 2


def larger_half(n_tiles: int) -> int:
    """Half as many images as tiles, rounded up."""
    return n_tiles - n_tiles // 2


def images_of(feature: Feature, name: str) -> tuple[str, ...]:
    """A list of a feature's images: one of its own or a kind of control."""
    if name in CONTROL_KINDS:
        return feature.controls.get(name, ())
    images: tuple[str, ...] = getattr(feature, name)
    return images


def _beside_seed_images(name: str, negative: str | None = None) -> Condition:
    return Condition(
        needs={"seed_images": half, name: half},
        tiles=_rows_of(name),
        negative_needs={negative: half} if negative else {},
        negative_tiles=_rows_of(negative) if negative else None,
        is_side_by_side=True,
    )


def _rows_of(name: str) -> Tiles:
    """Each seed image, and beside it what the list has of it."""

    def tiles(feature: Feature, n_tiles: int) -> tuple[str, ...]:
        n_rows = n_tiles // 2
        rows = zip(
            feature.seed_images[:n_rows],
            images_of(feature, name)[:n_rows],
            strict=True,
        )
        return tuple(stimulus_id for row in rows for stimulus_id in row)

    return tiles


def _first(name: str, negative: str | None = None) -> Condition:
    return Condition(
        needs={name: all_of},
        tiles=lambda feature, n: images_of(feature, name)[:n],
        negative_needs={negative: all_of} if negative else {},
        negative_tiles=(
            (lambda feature, n: images_of(feature, negative)[:n]) if negative else None
        ),
    )


CONDITIONS: Mapping[str, Condition] = {
    "accentuation": _beside_seed_images("accentuations", "suppressions"),
    "attribution": _beside_seed_images("attributions"),
    "feature_visualization": _first(
        "feature_visualizations", "minimal_feature_visualizations"
    ),
    "natural": _first("natural", "minimal"),
    "seed_only": _beside_seed_images("seed_images", "seed_images"),
    NO_PANEL: Condition(),
    "natural_blurred": _first("natural_blurred"),
    "natural_5_visualization_4": Condition(
        needs={"natural": larger_half, "feature_visualizations": half},
        tiles=lambda feature, n_tiles: (
            feature.natural[: larger_half(n_tiles)]
            + feature.feature_visualizations[: half(n_tiles)]
        ),
    ),
    **{kind: _beside_seed_images(kind) for kind in FOIL_KINDS},
}
"""Foils, the last ones, should explain a feature no better than `none`."""


def panel_faults(
    condition: str, feature: Feature, *, n_tiles: int, has_negative: bool = False
) -> list[str]:
    """What a feature lacks for the panels of a condition; both numbers are named."""
    entry = CONDITIONS[condition]
    needs = {**entry.needs, **(entry.negative_needs if has_negative else {})}
    return [
        f"n_panel_tiles = {n_tiles} needs {count(n_tiles)} {name} of feature "
        f"{feature.feature_id!r} in condition {condition!r}; the bundle has "
        f"{len(images_of(feature, name))}. Lower n_panel_tiles, leave the condition "
        "out or make a larger bundle."
        for name, count in needs.items()
        if len(images_of(feature, name)) < count(n_tiles)
    ]


def panel_stimulus_ids(
    condition: str, feature: Feature, *, n_tiles: int
) -> tuple[str, ...]:
    """The tiles of a panel in reading order.

    Raises:
        DefinitionError: the bundle has too few images of a kind.
    """
    if faults := panel_faults(condition, feature, n_tiles=n_tiles):
        raise DefinitionError(faults[0])
    return CONDITIONS[condition].tiles(feature, n_tiles)


def negative_panel_stimulus_ids(
    condition: str, feature: Feature, *, n_tiles: int
) -> tuple[str, ...]:
    """The tiles of the second panel; none where the condition has no panel."""
    tiles = CONDITIONS[condition].negative_tiles
    return () if tiles is None else tiles(feature, n_tiles)
