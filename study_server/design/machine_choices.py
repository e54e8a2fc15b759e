"""What machines would answer to the pairs that a study asks about. Pure.

Scores that the bundle brings are handed on. How similar an option is to a panel is
worked out from the distances of the bundle, tile by tile of the panel that is shown.
"""

from collections.abc import Iterator, Sequence
from statistics import fmean
from typing import NamedTuple

from study_server.bundle import Bundle, Feature
from study_server.design.conditions import (
    NO_PANEL,
    negative_panel_stimulus_ids,
    panel_faults,
    panel_stimulus_ids,
)
from study_server.design.fit import main_features
from study_server.design.parts.design import DesignPart
from study_server.design.planned import HasPlanParts
from study_server.design.treatments import Treatment, shown_treatments
from study_server.machine_answers import SIMILARITY, MachineAnswer


class MachineChoice(NamedTuple):
    """How one method judges one pair beside one panel; it takes the larger score."""

    feature_id: str
    query_pair_id: str
    condition: str
    n_panel_tiles: int
    method: str
    high_score: float
    """Of the image that drives the feature more."""
    low_score: float

    @property
    def prefers_high(self) -> bool | None:
        """Whether it takes the image that drives the feature more; None: a tie."""
        if self.high_score == self.low_score:
            return None
        return self.high_score > self.low_score


class _Pair(NamedTuple):
    query_pair_id: str
    high_stimulus_id: str
    low_stimulus_id: str
    answers: tuple[MachineAnswer, ...]


def machine_choices(parts: HasPlanParts, bundle: Bundle) -> Iterator[MachineChoice]:
    """Every pair of the study's features with every panel, and every method there is.

    Features in the order of the bundle, pairs in its order, conditions in the order
    of the study. Nothing of a bundle that brings neither answers nor distances.
    """
    design = parts.design
    used = {feature.feature_id for feature in main_features(parts, bundle)}
    used |= {*design.practice_features, *parts.catch.features}
    for feature in bundle.features:
        if feature.feature_id not in used:
            continue
        for pair in _pairs(design, bundle, feature):
            for treatment in shown_treatments(design):
                for answer in _answers(design, feature, pair, treatment):
                    yield MachineChoice(
                        feature_id=feature.feature_id,
                        query_pair_id=pair.query_pair_id,
                        condition=treatment.condition,
                        n_panel_tiles=treatment.n_tiles,
                        method=answer.method,
                        high_score=answer.high_score,
                        low_score=answer.low_score,
                    )


def _pairs(design: DesignPart, bundle: Bundle, feature: Feature) -> Iterator[_Pair]:
    if design.task == "two_alternative":
        for pair in bundle.pairs_of(feature.feature_id):
            yield _Pair(
                pair.query_pair_id,
                pair.high_stimulus_id,
                pair.low_stimulus_id,
                pair.machine_answers,
            )
    if design.task == "occlusion":
        for one in feature.occlusions:
            yield _Pair(
                one.occlusion_id,
                one.least_stimulus_id,
                one.most_stimulus_id,
                one.machine_answers,
            )


def _answers(
    design: DesignPart, feature: Feature, pair: _Pair, treatment: Treatment
) -> Iterator[MachineAnswer]:
    for answer in pair.answers:
        if answer.condition in (None, treatment.condition):
            yield answer
    similarity = _similarity(design, feature, pair, treatment)
    if similarity is not None:
        yield similarity


def _similarity(
    design: DesignPart, feature: Feature, pair: _Pair, treatment: Treatment
) -> MachineAnswer | None:
    """The option that resembles the panel more, and the second panel less.

    None without a panel, and where a distance is not known.

    Source: Zimmermann, Klindt & Brendel (2024), Measuring Mechanistic
        Interpretability at Scale Without Humans.
    """
    condition, n_tiles = treatment
    if condition == NO_PANEL or panel_faults(
        condition, feature, n_tiles=n_tiles, has_negative=design.has_negative_panel
    ):
        return None
    shown = panel_stimulus_ids(condition, feature, n_tiles=n_tiles)
    negative: tuple[str, ...] = ()
    if design.has_negative_panel:
        negative = negative_panel_stimulus_ids(condition, feature, n_tiles=n_tiles)
    try:
        high, low = (
            _mean_distance(feature, query, negative)
            - _mean_distance(feature, query, shown)
            for query in (pair.high_stimulus_id, pair.low_stimulus_id)
        )
    except KeyError:
        return None
    return MachineAnswer(
        method=SIMILARITY, condition=condition, high_score=high, low_score=low
    )


def _mean_distance(feature: Feature, query: str, tiles: Sequence[str]) -> float:
    """From a query to the tiles of a panel; 0 without any."""
    distances = [feature.query_distances[query, tile] for tile in tiles]
    return fmean(distances) if distances else 0.0
