"""The laws that one plan must obey, whatever was drawn. Pure.

Numbers are those of the study specification.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from study_server.bundle import Bundle
from study_server.design.assignment import williams_sequences
from study_server.design.conditions import NO_PANEL
from study_server.design.design_faults import MAX_FOIL_SHARE
from study_server.design.fit import main_features
from study_server.design.mixing import MAX_RUN, longest_run
from study_server.design.planned import HasPlanParts, PlannedTrial
from study_server.design.sides import SIDES
from study_server.design.slots import CROSSED, Slot, slot_of
from study_server.design.treatments import sequenced_treatments


class Violation(NamedTuple):
    """A law that a plan breaks."""

    slot_index: int
    law: str
    detail: str


class Subject(NamedTuple):
    """A plan and what it was drawn for."""

    parts: HasPlanParts
    bundle: Bundle
    slot: Slot
    plan: Sequence[PlannedTrial]

    def of_kind(self, kind: str) -> list[PlannedTrial]:
        """The trials of a kind, in order."""
        return [trial for trial in self.plan if trial.trial_kind == kind]


def violations(
    parts: HasPlanParts, bundle: Bundle, slot_index: int, plan: Sequence[PlannedTrial]
) -> list[Violation]:
    """Every law that a plan breaks; none in a sound design."""
    subject = Subject(parts, bundle, slot_of(parts.design, slot_index), plan)
    return [
        Violation(slot_index, law, detail)
        for law, check in LAWS.items()
        for detail in check(subject)
    ]


def features_are_met_as_crossed(subject: Subject) -> Iterator[str]:
    """2.1: each feature once, or once in each condition, all equally often."""
    design = subject.parts.design
    n_per_visit = design.n_ratings if design.task == "rating" else 1
    met = Counter((t.feature_id, t.treatment) for t in subject.of_kind("main"))
    if any(count != n_per_visit for count in met.values()):
        yield "a feature is met more than once in one condition"
    n_features = len(main_features(subject.parts, subject.bundle))
    n_visits = Counter(feature_id for feature_id, _ in met)
    is_all = design.crossing == "all" and subject.slot.group == CROSSED
    times = len(design.conditions) if is_all else 1
    if any(count != times for count in n_visits.values()):
        yield f"a feature is met in {max(n_visits.values())} conditions, not {times}"
    expected = design.n_features_per_session or n_features
    if len(n_visits) != expected:
        yield f"{len(n_visits)} features are met instead of {expected}"


def conditions_are_met_equally(subject: Subject) -> Iterator[str]:
    """2.1: all panel conditions, and all sizes of their panels, equally often.

    Foils, 1.9, take one more trial of some conditions than of others, and at most 5 %.
    """
    design, main = subject.parts.design, subject.of_kind("main")
    counts = Counter(t.treatment for t in main if t.condition != NO_PANEL)
    n_foils = sum(counts.pop(t, 0) for t in list(counts) if t.condition in design.foils)
    if n_foils > MAX_FOIL_SHARE * len(main):
        yield f"{n_foils} of {len(main)} main trials show a foil"
    numbers = set(counts.values())
    if max(numbers, default=0) - min(numbers, default=0) > bool(n_foils):
        yield f"main trials per condition differ: {dict(counts)}"


def blocks_follow_their_sequence(subject: Subject) -> Iterator[str]:
    """2.2: conditions in blocks, in the order of the slot's sequence."""
    design, slot = subject.parts.design, subject.slot
    if design.order == "mixed":
        return
    blocks = [t for t in subject.plan if t.block_index is not None]
    order = [key for key, _ in groupby((t.block_index, t.treatment) for t in blocks)]
    if [index for index, _ in order] != list(range(len(order))):
        yield "a block has more than one condition, or blocks are not in order"
    if slot.group != CROSSED or design.crossing == "between":
        return
    sequenced = sequenced_treatments(design)
    sequence = williams_sequences(len(sequenced))[slot.cell.sequence_index]
    wanted = [sequenced[i] for i in sequence]
    found = [treatment for _, treatment in order if treatment in sequenced]
    if found != wanted:
        yield f"blocks are {found}, the sequence says {wanted}"


def mixed_conditions_change_often(subject: Subject) -> Iterator[str]:
    """2.2: where conditions are mixed, each block has several, few in a row."""
    if subject.parts.design.order != "mixed":
        return
    trials = [t for t in subject.plan if t.block_index is not None]
    if (longest := longest_run([t.condition for t in trials])) > MAX_RUN:
        yield f"{longest} trials of one condition stand in a row"
    blocks = groupby(trials, key=lambda t: t.block_index)
    conditions = {index: {t.condition for t in block} for index, block in blocks}
    if list(conditions) != list(range(len(conditions))):
        yield "blocks are not in order"
    if subject.slot.group == CROSSED and min(map(len, conditions.values())) < 2:
        yield "a block has only one condition"


def sides_balance(subject: Subject) -> Iterator[str]:
    """2.5: the right option on each side equally often, in each condition.

    And with each size of its panels, where sizes vary.
    """
    main = subject.of_kind("main")
    groups: dict[object, list[PlannedTrial]] = {"catch": subject.of_kind("catch")}
    for trial in main:
        groups.setdefault(trial.treatment, []).append(trial)
        groups.setdefault(trial.condition, []).append(trial)
    for name, trials in groups.items():
        sides = Counter(t.correct_option for t in trials if t.correct_option)
        if abs(sides[SIDES[0]] - sides[SIDES[1]]) > sum(sides.values()) % 2:
            yield f"{name}: sides are {dict(sides)}"


def no_pair_is_met_twice(subject: Subject) -> Iterator[str]:
    """2.4: nobody meets a pair twice, declared repeats apart."""
    if subject.parts.design.task == "rating":
        return
    main = subject.of_kind("main")
    asked = Counter((t.feature_id, *sorted(t.option_stimulus_ids)) for t in main)
    if repeated := [key[0] for key, count in asked.items() if count > 1]:
        yield f"a pair of {repeated[0]!r} is met twice"


def catch_trials_stand_apart(subject: Subject) -> Iterator[str]:
    """1.19: never first in a block, never two in a row, with a panel to look at."""
    for before, after in pairwise((None, *subject.plan)):
        if after is None or after.trial_kind != "catch":
            continue
        if before is None or before.block_index != after.block_index:
            yield "a catch trial is first in its block"
        elif before.trial_kind == "catch":
            yield "two catch trials are neighbours"
        if after.condition == NO_PANEL:
            yield "a catch trial has no panel"
        if after.task == "two_alternative":
            tiles = after.panel_stimulus_ids
            if after.target_stimulus_id not in tiles:
                yield "the right option of a catch trial is no tile of its panel"


def options_stand_where_the_plan_says(subject: Subject) -> Iterator[str]:
    """The place of the target is the correct option."""
    for trial in subject.plan:
        if trial.correct_option is None:
            is_right = trial.option_stimulus_ids == (trial.target_stimulus_id,)
        else:
            place = SIDES.index(trial.correct_option)
            is_right = (
                len(set(trial.option_stimulus_ids)) == len(SIDES)
                and trial.option_stimulus_ids[place] == trial.target_stimulus_id
            )
        if not is_right:
            yield f"options of {trial.feature_id!r} do not stand as correct_option says"


def panels_are_alike_and_give_nothing_away(subject: Subject) -> Iterator[str]:
    """1.5: one number of tiles; no option among them, catch trials apart."""
    design = subject.parts.design
    sizes = design.panel_sizes or (design.n_panel_tiles,)
    for trial in subject.plan:
        expected = (0,) if trial.condition == NO_PANEL else sizes
        if len(trial.panel_stimulus_ids) not in expected:
            yield f"a panel has {len(trial.panel_stimulus_ids)} tiles, not {expected}"
        n_negative = len(trial.negative_panel_stimulus_ids)
        n_wanted = trial.treatment.n_tiles if design.has_negative_panel else 0
        if n_negative != n_wanted:
            yield f"a second panel has {n_negative} tiles, not {n_wanted}"
        shown = {*trial.panel_stimulus_ids, *trial.negative_panel_stimulus_ids}
        if trial.trial_kind != "catch" and shown & set(trial.option_stimulus_ids):
            yield f"an option of {trial.feature_id!r} is a tile of its own panel"


def practice_keeps_to_itself(subject: Subject) -> Iterator[str]:
    """Practice comes first, in rounds, on features of its own."""
    practised = {t.feature_id for t in subject.of_kind("practice")}
    asked = {t.feature_id for t in subject.plan if t.trial_kind != "practice"}
    if practised & asked:
        yield f"{sorted(practised & asked)[0]!r} is practised and asked about"
    rounds = [t.practice_round for t in subject.plan]
    numbers = [number for number in rounds if number is not None]
    if numbers != sorted(numbers) or any(r is not None for r in rounds[len(numbers) :]):
        yield "practice does not come first, round by round"


LAWS: dict[str, Callable[[Subject], Iterator[str]]] = {
    law.__name__: law
    for law in (
        features_are_met_as_crossed,
        conditions_are_met_equally,
        blocks_follow_their_sequence,
        mixed_conditions_change_often,
        sides_balance,
        no_pair_is_met_twice,
        catch_trials_stand_apart,
        options_stand_where_the_plan_says,
        panels_are_alike_and_give_nothing_away,
        practice_keeps_to_itself,
    )
}
