"""The panels of one trial. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random
from typing import NamedTuple

from study_server.bundle import Feature
from study_server.design.conditions import (
    negative_panel_stimulus_ids,
    panel_stimulus_ids,
)
from study_server.design.parts.design import DesignPart
from study_server.design.treatments import Treatment


class Panels(NamedTuple):
    """Stimulus ids in reading order."""

    positive: tuple[str, ...]
    negative: tuple[str, ...]


def panels_of(
    design: DesignPart,
    treatment: Treatment,
    feature: Feature,
    *,
    unseen_index: int | None = None,
    rng: Random,
) -> Panels:
    """The tiles of a trial.

    Args:
        unseen_index: seed image that must not be shown, if any.
    """
    if unseen_index is not None:
        feature = without_seed_image(feature, unseen_index)
    condition, n_tiles = treatment
    positive = panel_stimulus_ids(condition, feature, n_tiles=n_tiles)
    negative: tuple[str, ...] = ()
    if design.has_negative_panel:
        negative = negative_panel_stimulus_ids(condition, feature, n_tiles=n_tiles)
    if (
        condition == "feature_visualization"
        and design.visualization_order == "first_then_shuffled"
    ):
        return Panels(_shuffled(positive, rng), _shuffled(negative, rng))
    return Panels(positive, negative)


def without_seed_image(feature: Feature, index: int) -> Feature:
    """The feature as if one seed image, and all made from it, were not there."""

    def rest(images: Sequence[str]) -> tuple[str, ...]:
        return (*images[:index], *images[index + 1 :])

    return replace(
        feature,
        seed_images=rest(feature.seed_images),
        accentuations=rest(feature.accentuations),
        attributions=rest(feature.attributions),
        suppressions=rest(feature.suppressions),
        controls={kind: rest(images) for kind, images in feature.controls.items()},
    )


def _shuffled(tiles: tuple[str, ...], rng: Random) -> tuple[str, ...]:
    others = list(tiles[1:])
    rng.shuffle(others)
    return (*tiles[:1], *others)
