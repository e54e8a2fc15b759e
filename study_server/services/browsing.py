"""A bundle, feature by feature, as researchers look at it. No Flask."""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple

from study_server.bundle import Bundle, Feature, QueryPair
from study_server.design.conditions import NO_PANEL
from study_server.design.definition import StudyDefinition
from study_server.design.fit import main_features
from study_server.design.panels import panels_of
from study_server.design.treatments import treatments_of
from study_server.stimulus import Stimulus


class Panel(NamedTuple):
    """What a participant sees beside a trial, in reading order."""

    condition: str
    tiles: Sequence[Stimulus]


class Made(NamedTuple):
    """One seed image and what was made of it."""

    seed_image: Stimulus
    images: Sequence[Stimulus]
    """Accentuation, heat map, opacity map, controls."""


class FeaturePage(NamedTuple):
    """Everything of one feature."""

    feature: Feature
    panels: Sequence[Panel]
    made: Sequence[Made]
    pairs: Sequence[tuple[QueryPair, Stimulus, Stimulus]]


def studied_features(definition: StudyDefinition, bundle: Bundle) -> list[Feature]:
    """Features of main trials, in the order of the bundle."""
    return list(main_features(definition, bundle))


def feature_page(
    definition: StudyDefinition, bundle: Bundle, feature_id: str
) -> FeaturePage | None:
    """One feature's panels, images and query pairs; None if it is not in the bundle."""
    feature = next((f for f in bundle.features if f.feature_id == feature_id), None)
    if feature is None:
        return None
    return FeaturePage(
        feature=feature,
        panels=list(_panels(definition, bundle, feature)),
        made=[_made(bundle, seed_id) for seed_id in feature.seed_images],
        pairs=[
            (
                pair,
                bundle.stimuli[pair.high_stimulus_id],
                bundle.stimuli[pair.low_stimulus_id],
            )
            for pair in bundle.pairs_of(feature_id)
        ],
    )


def _panels(
    definition: StudyDefinition, bundle: Bundle, feature: Feature
) -> list[Panel]:
    found = []
    for treatment in treatments_of(definition.design):
        if treatment.condition == NO_PANEL:
            continue
        panels = panels_of(definition.design, treatment, feature, rng=Random(0))
        tiles = [bundle.stimuli[i] for i in (*panels.positive, *panels.negative)]
        name = f"{treatment.condition}, {len(panels.positive)} tiles"
        found.append(Panel(name, tiles))
    return found


def _made(bundle: Bundle, seed_id: str) -> Made:
    return Made(
        bundle.stimuli[seed_id],
        [each for each in bundle.stimuli.values() if each.seed_image_id == seed_id],
    )
