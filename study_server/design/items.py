"""What a trial of each task asks about a feature: options, reference, truth. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from study_server.bundle import Bundle, Feature, QueryPair
from study_server.bundle_kinds import STRATA
from study_server.design.parts.design import DesignPart

MATCHED_CONTROL = "accentuation_random_feature"
"""The other change of a manipulation check: climbs another unit, equally far."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """The options of one trial, before sides are drawn."""

    feature_id: str
    query_pair_id: str | None = None
    stratum: str | None = None
    activation_gap: float | None = None
    target_stimulus_id: str
    distractor_stimulus_id: str | None = None
    reference_stimulus_id: str | None = None
    unseen_index: int | None = None
    """Seed image that the panel must leave out."""


Rotation = tuple[tuple[Item, ...], ...]
"""Sets of items of a feature that take turns over the slots."""


def rotation_of(design: DesignPart, bundle: Bundle, feature: Feature) -> Rotation:
    """The sets of items of a feature; one of them is asked in each session."""
    return ROTATIONS[design.task](design, bundle, feature)


def all_items(design: DesignPart, bundle: Bundle, feature: Feature) -> tuple[Item, ...]:
    """Everything that can be asked about a feature, for practice."""
    every = design.model_copy(
        update={"n_query_pairs": 1_000_000, "strata": None}  # more than there can be
    )
    rotation = rotation_of(every, bundle, feature)
    return tuple(item for items in rotation for item in items)


def chosen_pairs(
    design: DesignPart, bundle: Bundle, feature: Feature
) -> tuple[QueryPair, ...]:
    """The pairs of a feature that take turns, in the order of the strata.

    So that the same place in the rotation means, as far as the bundle allows, the
    same stratum for every feature.
    """
    pairs = bundle.pairs_of(feature.feature_id)
    if design.strata is None:
        chosen = list(pairs[: design.n_query_pairs])
    else:
        chosen = [
            pair
            for stratum, count in design.strata.items()
            for pair in [p for p in pairs if p.stratum == stratum][:count]
        ]
    return tuple(sorted(chosen, key=lambda pair: STRATA.index(pair.stratum)))


def pair_item(pair: QueryPair) -> Item:
    """Which photograph of a pair drives the feature more."""
    return Item(
        feature_id=pair.feature_id,
        query_pair_id=pair.query_pair_id,
        stratum=pair.stratum,
        activation_gap=pair.activation_gap,
        target_stimulus_id=pair.high_stimulus_id,
        distractor_stimulus_id=pair.low_stimulus_id,
    )


def _pairs(design: DesignPart, bundle: Bundle, feature: Feature) -> Rotation:
    return tuple((pair_item(p),) for p in chosen_pairs(design, bundle, feature))


def _ratings(design: DesignPart, bundle: Bundle, feature: Feature) -> Rotation:
    """Query photographs spread evenly over their ranking by activation."""
    items = {
        stimulus_id: Item(
            feature_id=feature.feature_id,
            query_pair_id=pair.query_pair_id,
            stratum=pair.stratum,
            target_stimulus_id=stimulus_id,
        )
        for pair in bundle.pairs_of(feature.feature_id)
        for stimulus_id in (pair.high_stimulus_id, pair.low_stimulus_id)
    }
    ranked = sorted(items, key=lambda name: (bundle.percentile_of(name), name))
    n_rated = min(design.n_ratings, len(ranked))
    steps = max(1, n_rated - 1)
    places = [round(i * (len(ranked) - 1) / steps) for i in range(n_rated)]
    return (tuple(items[ranked[place]] for place in places),)


def _occlusions(design: DesignPart, _: Bundle, feature: Feature) -> Rotation:
    asks_lower = design.asked == "lowers_more"
    return tuple(
        (
            Item(
                feature_id=feature.feature_id,
                query_pair_id=one.occlusion_id,
                activation_gap=one.activation_gap,
                target_stimulus_id=one.most_stimulus_id
                if asks_lower
                else one.least_stimulus_id,
                distractor_stimulus_id=one.least_stimulus_id
                if asks_lower
                else one.most_stimulus_id,
                reference_stimulus_id=one.stimulus_id,
            ),
        )
        for one in feature.occlusions[: design.n_query_pairs]
    )


def _changes(design: DesignPart, _: Bundle, feature: Feature) -> Rotation:
    changes = zip(
        feature.accentuations,
        feature.controls.get(MATCHED_CONTROL, ()),
        strict=False,
    )
    return tuple(
        (
            Item(
                feature_id=feature.feature_id,
                target_stimulus_id=accentuation,
                distractor_stimulus_id=other,
                unseen_index=index,
            ),
        )
        for index, (accentuation, other) in enumerate(changes)
    )[: design.n_query_pairs]


ROTATIONS: Mapping[str, Callable[[DesignPart, Bundle, Feature], Rotation]] = {
    "two_alternative": _pairs,
    "rating": _ratings,
    "occlusion": _occlusions,
    "manipulation_check": _changes,
}
