"""The laws that the finished sessions of a study obey together. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from math import gcd, lcm
from random import Random
from typing import Any, NamedTuple

from study_server.audit.arrivals import arrivals
from study_server.audit.laws import Violation, violations
from study_server.bundle import Bundle
from study_server.design.assignment import williams_sequences
from study_server.design.fit import main_features
from study_server.design.parts.design import DesignPart
from study_server.design.planned import HasPlanParts, PlannedTrial
from study_server.design.schedule import draw_plan
from study_server.design.sides import SIDES
from study_server.design.slots import CROSSED, slot_of
from study_server.design.treatments import (
    name_of,
    sequenced_treatments,
    treatments_of,
)


class Meeting(NamedTuple):
    """What is counted of one main trial."""

    block_index: int | None
    feature_id: str
    condition: str
    """With the size of its panel, where sizes vary."""
    side: str | None
    stratum: str | None


Meetings = Sequence[Meeting]


@dataclass(kw_only=True)
class Tally:
    """What is counted over finished sessions, slot by slot."""

    feature_condition: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Main trials of each feature in each condition."""

    sides: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Main trials of each condition by side."""

    neighbours: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Ordered pairs of conditions in blocks that follow each other."""

    cells: Counter[tuple[int, ...]] = field(default_factory=Counter)
    """Sessions by list, sequence and pair offset."""

    strata: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Main trials of each condition by stratum."""

    n_sessions: int = 0
    """Finished sessions of the crossed design."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulation:
    """What came of a simulated study."""

    n_participants: int
    n_finished: int
    n_trials: int
    violations: tuple[Violation, ...]
    """Of single plans and of all together; empty when the design is sound."""

    tally: Tally
    """Of the slots 0 to the last whole cycle that finished."""


def simulate(
    parts: HasPlanParts,
    bundle: Bundle,
    *,
    n_participants: int,
    dropout: float,
    rng_seed: int,
) -> Simulation:
    """Draw the plan of everyone who comes and hold every law against it.

    Args:
        dropout: share that does not finish, 0 to 1; their slots are given again.
    """
    rng = Random(rng_seed)
    found: list[Violation] = []
    finished: dict[int, Meetings] = {}
    shared: dict[Meeting, Meeting] = {}
    n_trials = 0
    for arrival in arrivals(n_participants, dropout=dropout, rng=rng):
        slot_index = arrival.slot_index
        plan_rng = Random(rng.getrandbits(63))
        plan = draw_plan(parts, bundle, slot_index=slot_index, rng=plan_rng)
        n_trials += len(plan)
        found += violations(parts, bundle, slot_index, plan)
        if arrival.is_finished and slot_index in finished:
            found.append(Violation(slot_index, "one_per_slot", "finished twice"))
        if arrival.is_finished:
            finished[slot_index] = [
                shared.setdefault(m, m) for m in met_in(parts.design, plan)
            ]
    n_features = len(main_features(parts, bundle))
    whole = whole_cycle(parts.design, finished, n_features=n_features)
    tally = tally_of(parts.design, {slot: finished[slot] for slot in whole})
    found += [Violation(-1, law, text) for law, text in imbalances(parts.design, tally)]
    return Simulation(
        n_participants=n_participants,
        n_finished=len(finished),
        n_trials=n_trials,
        violations=tuple(found),
        tally=tally,
    )


def whole_cycle(
    design: DesignPart, finished: Mapping[int, Meetings], *, n_features: int
) -> list[int]:
    """Slots of the crossed design, up to the last whole cycle that is finished."""
    crossed: list[int] = []
    slot_index = 0
    while slot_index in finished:
        if slot_of(design, slot_index).group == CROSSED:
            crossed.append(slot_index)
        slot_index += 1
    length = cycle_length(design, n_features=n_features)
    return crossed[: len(crossed) // length * length]


def cycle_length(design: DesignPart, *, n_features: int) -> int:
    """Slots after which everything has met everything equally often."""
    n_treatments, n_pairs = len(treatments_of(design)), design.n_rotations
    if design.crossing == "between":
        n_shown = design.n_features_per_session or n_features
        n_turns = n_features // gcd(n_features, n_shown)  # until all were shown alike
        return n_treatments * lcm(2, n_pairs, n_turns)
    n_sequences = len(williams_sequences(len(sequenced_treatments(design))))
    if design.crossing == "all":
        return n_sequences * lcm(2, n_pairs)
    # each foil has its two turns with each of the sets
    n_foil_turns = 2 * n_treatments * len(design.foils) if design.foils else 1
    n_turns = lcm(lcm(2, n_sequences) * n_pairs, n_foil_turns)
    return n_treatments * n_turns


def met_in(design: DesignPart, plan: Sequence[PlannedTrial]) -> Iterator[Meeting]:
    """What is counted of each main trial."""
    for trial in plan:
        if trial.trial_kind == "main":
            yield Meeting(
                trial.block_index,
                trial.feature_id,
                name_of(design, trial.treatment),
                trial.correct_option,
                trial.stratum,
            )


def tally_of(design: DesignPart, finished: Mapping[int, Meetings]) -> Tally:
    """Count what finished sessions showed, by slot."""
    tally = Tally()
    for slot_index, meetings in finished.items():
        tally.n_sessions += 1
        tally.cells[tuple(slot_of(design, slot_index).cell)] += 1
        for met in meetings:
            tally.feature_condition[met.feature_id, met.condition] += 1
            tally.strata[met.condition, str(met.stratum)] += 1
            if met.side is not None:
                tally.sides[met.condition, met.side] += 1
        blocks = groupby((met.block_index, met.condition) for met in meetings)
        tally.neighbours.update(pairwise(condition for (_, condition), _ in blocks))
    return tally


def imbalances(design: DesignPart, tally: Tally) -> Iterator[tuple[str, str]]:
    """2.1 to 2.5 over whole cycles: law and what breaks it."""
    if not tally.n_sessions:
        return
    is_whole = not (design.none_share or design.foil_share)
    if is_whole:
        yield from _unequal("each feature in each condition", tally.feature_condition)
    if design.crossing == "lists" and design.order == "blocked" and is_whole:
        yield from _unequal("each ordered pair of conditions", tally.neighbours)
    yield from _unequal("each list, order and pair offset", tally.cells)
    for condition in {condition for condition, _ in tally.sides}:
        counts = [tally.sides[condition, side] for side in SIDES]
        if counts[0] != counts[1]:
            yield "sides", f"{condition}: {counts[0]} left, {counts[1]} right"


def _unequal(law: str, counts: Counter[Any]) -> Iterator[tuple[str, str]]:
    if counts and max(counts.values()) - min(counts.values()) > 0:
        low, high = min(counts.values()), max(counts.values())
        yield law, f"occurs {low} to {high} times"
