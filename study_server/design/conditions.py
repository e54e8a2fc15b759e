"""Which images a condition's panel is made of: the one table of conditions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from study_server.bundle import Feature
from study_server.errors import DefinitionError


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """How a panel is filled from the images of a feature."""

    needs: Mapping[str, int]
    """Images needed per list of the feature, for each pair of tiles."""

    tiles: Callable[[Feature, int], tuple[str, ...]]
    """(feature, number of tiles) to stimulus ids in panel order, row by row."""


def _side_by_side(
    left: tuple[str, ...], right: tuple[str, ...], n_tiles: int
) -> tuple[str, ...]:
    pairs = zip(left[: n_tiles // 2], right[: n_tiles // 2], strict=True)
    return tuple(stimulus_id for row in pairs for stimulus_id in row)


CONDITIONS: Mapping[str, Condition] = {
    "accentuation": Condition(
        needs={"seed_images": 1, "accentuations": 1},
        tiles=lambda f, n: _side_by_side(f.seed_images, f.accentuations, n),
    ),
    "attribution": Condition(
        needs={"seed_images": 1, "attributions": 1},
        tiles=lambda f, n: _side_by_side(f.seed_images, f.attributions, n),
    ),
    "feature_visualization": Condition(
        needs={"feature_visualizations": 2},
        tiles=lambda f, n: f.feature_visualizations[:n],
    ),
    "natural": Condition(needs={"natural": 2}, tiles=lambda f, n: f.natural[:n]),
    "seed_only": Condition(
        needs={"seed_images": 1},
        tiles=lambda f, n: _side_by_side(f.seed_images, f.seed_images, n),
    ),
}


def panel_stimulus_ids(
    condition: str, feature: Feature, *, n_tiles: int
) -> tuple[str, ...]:
    """The tiles of a panel in reading order, two in a row.

    Raises:
        DefinitionError: the bundle has too few images of a kind; both numbers are
            named.
    """
    for name, per_row in CONDITIONS[condition].needs.items():
        n_needed = per_row * n_tiles // 2
        n_there = len(getattr(feature, name))
        if n_there < n_needed:
            raise DefinitionError(
                f"n_panel_tiles = {n_tiles} needs {n_needed} {name} of feature "
                f"{feature.feature_id!r} in condition {condition!r}; the bundle has "
                f"{n_there}. Lower n_panel_tiles or make a larger bundle."
            )
    return CONDITIONS[condition].tiles(feature, n_tiles)
