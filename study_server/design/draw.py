"""What every part of a plan is drawn with, and how an item becomes a trial. Pure."""

from dataclasses import dataclass, field, replace
from random import Random

from study_server.bundle import Bundle, Feature
from study_server.design.items import Item, Rotation, rotation_of
from study_server.design.panels import panels_of
from study_server.design.planned import HasPlanParts, PlannedTrial
from study_server.design.sides import balanced_sides
from study_server.design.treatments import Treatment


@dataclass(frozen=True, kw_only=True, slots=True)
class Draw:
    """The study, the bundle and the one random source of a plan."""

    parts: HasPlanParts
    bundle: Bundle
    rng: Random
    _rotations: dict[str, Rotation] = field(default_factory=dict, init=False)

    def rotation(self, feature: Feature) -> Rotation:
        """The sets of items of a feature, worked out once for each plan."""
        if feature.feature_id not in self._rotations:
            self._rotations[feature.feature_id] = rotation_of(
                self.parts.design, self.bundle, feature
            )
        return self._rotations[feature.feature_id]

    def trial(
        self,
        item: Item,
        feature: Feature,
        treatment: Treatment,
        side: str,
        *,
        trial_kind: str,
        block_index: int | None = None,
        practice_round: int | None = None,
    ) -> PlannedTrial:
        """A trial with the right option on the given side."""
        panels = panels_of(
            self.parts.design,
            treatment,
            feature,
            unseen_index=item.unseen_index,
            rng=self.rng,
        )
        return PlannedTrial(
            task=self.parts.design.task,
            block_index=block_index,
            practice_round=practice_round,
            trial_kind=trial_kind,
            condition=treatment.condition,
            feature_id=feature.feature_id,
            query_pair_id=item.query_pair_id,
            stratum=item.stratum,
            activation_gap=item.activation_gap,
            target_stimulus_id=item.target_stimulus_id,
            distractor_stimulus_id=item.distractor_stimulus_id,
            option_stimulus_ids=options_in_order(item, side),
            correct_option=None if item.distractor_stimulus_id is None else side,
            panel_stimulus_ids=panels.positive,
            negative_panel_stimulus_ids=panels.negative,
            reference_stimulus_id=item.reference_stimulus_id,
        )

    def sides(self, n_trials: int, *, extra: str) -> list[str]:
        """Balanced sides in an order drawn anew."""
        return balanced_sides(n_trials, extra=extra, rng=self.rng)


def options_in_order(item: Item, side: str) -> tuple[str, ...]:
    """The options from left to right, or from top to bottom."""
    if item.distractor_stimulus_id is None:
        return (item.target_stimulus_id,)
    options = (item.target_stimulus_id, item.distractor_stimulus_id)
    return options if side == "left" else options[::-1]


def repeated(trial: PlannedTrial, *, block_index: int, side: str) -> PlannedTrial:
    """The same trial once more, its options on sides drawn anew."""
    if trial.correct_option is None:
        return replace(trial, trial_kind="repeat", block_index=block_index)
    options = trial.option_stimulus_ids
    return replace(
        trial,
        trial_kind="repeat",
        block_index=block_index,
        correct_option=side,
        option_stimulus_ids=(
            options if side == trial.correct_option else options[::-1]
        ),
    )
