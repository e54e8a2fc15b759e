"""Whether a bundle holds what a study asks for. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from study_server.bundle import Bundle, Feature
from study_server.design.conditions import NO_PANEL, panel_faults
from study_server.design.counts import count_faults
from study_server.design.items import all_items, rotation_of
from study_server.design.nearest import no_such
from study_server.design.panels import without_seed_image
from study_server.design.parts.design import DesignPart
from study_server.design.planned import HasPlanParts
from study_server.errors import DefinitionError

MAX_FAULTS = 30
"""Shown of one bundle; what is missing for one feature often is for all."""

WANTED = {
    "two_alternative": "query pairs",
    "rating": "query photographs",
    "occlusion": "occluded photographs",
    "manipulation_check": "seed images with an accentuation_random_feature control",
}


def check_fit(parts: HasPlanParts, bundle: Bundle) -> None:
    """Refuse a study that asks for more than its bundle has.

    Raises:
        DefinitionError: lists what is asked for, what is there and the remedy.
    """
    if faults := list(fit_faults(parts, bundle)):
        left = len(faults) - MAX_FAULTS
        rows = [f"  {fault}" for fault in faults[:MAX_FAULTS]]
        more = [f"  and {left} more"] if left > 0 else []
        noun = "fault" if len(faults) == 1 else "faults"
        raise DefinitionError(
            "\n".join(
                [
                    f"the study does not fit bundle {bundle.bundle_id}: "
                    f"{len(faults)} {noun}",
                    *rows,
                    *more,
                ]
            )
        )


def fit_faults(parts: HasPlanParts, bundle: Bundle) -> Iterator[str]:
    """Everything a bundle lacks for a study."""
    design = parts.design
    known = [feature.feature_id for feature in bundle.features]
    named = (
        *(design.features or ()),
        *design.practice_features,
        *parts.catch.features,
    )
    unknown = [name for name in named if name not in known]
    for name in unknown:
        yield (
            f"the study names {len(named)} features, the bundle has {len(known)}: "
            f"{no_such('feature', name, known)}"
        )
    main = main_features(parts, bundle)
    if design.n_features is not None and len(main) < design.n_features:
        yield (
            f"n_features = {design.n_features}, but bundle {bundle.bundle_id} has "
            f"{len(main)} that practice and catch trials leave over. Lower n_features "
            "or make a larger bundle."
        )
    if not unknown:
        for fault in count_faults(design, parts.catch, n_features=len(main)):
            yield fault.message
    yield from _practice_faults(parts, bundle)
    used = [f for f in bundle.features if f.feature_id in named or f in main]
    yield from _once_for_all(
        (feature.feature_id, fault)
        for feature in used
        for fault in (
            *_item_faults(design, bundle, feature),
            *_panel_faults(design, feature),
        )
    )


def _once_for_all(faults: Iterable[tuple[str, str]]) -> Iterator[str]:
    """One sentence for all features that lack the same."""
    alike: dict[str, list[str]] = {}
    for feature_id, fault in faults:
        pattern = fault.replace(f"feature {feature_id!r}", "feature {}")
        alike.setdefault(pattern, []).append(feature_id)
    for pattern, names in alike.items():
        others = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
        yield pattern.replace("feature {}", f"feature {names[0]!r}{others}")


def main_features(parts: HasPlanParts, bundle: Bundle) -> Sequence[Feature]:
    """The features of the main trials, in the order of the bundle."""
    design = parts.design
    if design.features is not None:
        return [f for f in bundle.features if f.feature_id in design.features]
    elsewhere = {*design.practice_features, *parts.catch.features}
    rest = [f for f in bundle.features if f.feature_id not in elsewhere]
    return rest if design.n_features is None else spread(rest, design.n_features)


def spread(features: Sequence[Feature], n_features: int) -> list[Feature]:
    """So many features, taking one of each layer in turn, in their own order."""
    by_layer: dict[str, list[Feature]] = {}
    for feature in features:
        by_layer.setdefault(feature.layer, []).append(feature)
    rows = zip_longest(*by_layer.values())
    in_turn = [feature for row in rows for feature in row if feature is not None]
    chosen = {feature.feature_id for feature in in_turn[:n_features]}
    return [feature for feature in features if feature.feature_id in chosen]


def practice_trials_per_round(parts: HasPlanParts) -> int:
    """Trials of one round of practice."""
    if parts.practice.n_trials is not None:
        return parts.practice.n_trials
    design = parts.design
    return 1 if design.crossing == "between" else len(design.conditions)


def _item_faults(design: DesignPart, bundle: Bundle, feature: Feature) -> Iterator[str]:
    rotation = rotation_of(design, bundle, feature)
    name = feature.feature_id
    if design.task == "rating":
        n_there = len(rotation[0])
        if n_there < design.n_ratings:
            yield (
                f"n_ratings = {design.n_ratings}, but feature {name!r} has {n_there} "
                "query photographs. Lower n_ratings or make a bundle with more pairs."
            )
        return
    if len(rotation) < design.n_query_pairs:
        strata = f" ({design.strata})" if design.strata else ""
        yield (
            f"n_query_pairs = {design.n_query_pairs}{strata}, but feature {name!r} has "
            f"{len(rotation)} {WANTED[design.task]} in bundle {bundle.bundle_id}. "
            "Lower n_query_pairs or leave the feature out."
        )


def _panel_faults(design: DesignPart, feature: Feature) -> Iterator[str]:
    if design.task == "manipulation_check" and feature.seed_images:
        feature = without_seed_image(feature, 0)  # one is asked about, not shown
    for condition in (*design.conditions, *design.foils):
        yield from panel_faults(
            condition,
            feature,
            n_tiles=design.largest_panel,
            has_negative=design.has_negative_panel,
        )
    if design.min_perceptual_distance is not None and not feature.query_distances:
        yield (
            f"min_perceptual_distance = {design.min_perceptual_distance:g}, but "
            f"feature {feature.feature_id!r} has no query_distances: this bundle does "
            "not say how far queries lie from tiles. Take min_perceptual_distance out "
            "or make a bundle with that table."
        )


def _practice_faults(parts: HasPlanParts, bundle: Bundle) -> Iterator[str]:
    practice, design = parts.practice, parts.design
    if practice.max_rounds == 1 or set(design.conditions) == {NO_PANEL}:
        return
    n_items = sum(
        len(all_items(design, bundle, feature))
        for feature in bundle.features
        if feature.feature_id in design.practice_features
    )
    n_trials = practice_trials_per_round(parts)
    if n_items < n_trials * practice.max_rounds:
        yield (
            f"practice asks for {practice.max_rounds} rounds of {n_trials} trials, "
            f"each with new {WANTED[design.task]}: "
            f"{n_trials * practice.max_rounds} in all; its "
            f"{len(design.practice_features)} features have {n_items}. Name more "
            "practice_features, or lower practice.n_trials or practice.max_rounds."
        )
