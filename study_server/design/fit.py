"""Whether a bundle holds what a study asks for. Pure."""

from collections.abc import Sequence

from study_server.bundle import Bundle, Feature
from study_server.design.conditions import panel_stimulus_ids
from study_server.design.definition import DesignPart, check_counts
from study_server.errors import DefinitionError


def check_fit(design: DesignPart, bundle: Bundle) -> None:
    """Refuse a study that asks for more than its bundle has.

    Raises:
        DefinitionError: names what is asked for, what is there and the remedy.
    """
    named = (*(design.features or ()), *design.practice_features)
    known = {feature.feature_id for feature in bundle.features}
    if unknown := [name for name in named if name not in known]:
        raise DefinitionError(
            f"the study asks for {len(named)} features, bundle {bundle.bundle_id} has "
            f"{len(known)} and not {', '.join(map(repr, unknown))}; it has: "
            f"{', '.join(sorted(known))}"
        )
    main = main_features(design, bundle)
    check_counts(design, n_features=len(main))
    practice = [f for f in bundle.features if f.feature_id in design.practice_features]
    for feature in (*main, *practice):
        _check_pairs(design, bundle, feature)
        for condition in design.conditions:
            panel_stimulus_ids(condition, feature, n_tiles=design.n_panel_tiles)


def main_features(design: DesignPart, bundle: Bundle) -> Sequence[Feature]:
    """The features of the main trials, in the order of the bundle."""
    if design.features is None:
        return [
            f for f in bundle.features if f.feature_id not in design.practice_features
        ]
    return [f for f in bundle.features if f.feature_id in design.features]


def _check_pairs(design: DesignPart, bundle: Bundle, feature: Feature) -> None:
    n_pairs = len(bundle.pairs_of(feature.feature_id))
    if n_pairs < design.n_query_pairs:
        raise DefinitionError(
            f"n_query_pairs = {design.n_query_pairs}, but feature "
            f"{feature.feature_id!r} has {n_pairs} query pairs in bundle "
            f"{bundle.bundle_id}. Lower n_query_pairs or leave the feature out."
        )
