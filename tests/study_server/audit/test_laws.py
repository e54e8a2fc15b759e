"""The laws hold for every design, and are found broken when one is (2.12)."""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study_server.audit.balance import simulate
from study_server.audit.laws import violations
from study_server.bundle import Bundle
from study_server.design.checks import cross_faults
from study_server.design.parts.design import DesignPart, Task
from study_server.design.parts.session import CatchPart, MainPart, PracticePart
from study_server.design.planned import PlannedTrial, PlanParts
from study_server.design.schedule import draw_plan
from tests.study_server.design.bundles import nominal_bundle

PANELS = (
    "accentuation",
    "attribution",
    "feature_visualization",
    "natural",
    "seed_only",
    "accentuation_random_feature",
)
Plan = list[PlannedTrial]


@st.composite
def studies(draw: st.DrawFn) -> tuple[PlanParts, Bundle]:
    """Random K, U, M, task, crossing, catch trials, repeats and groups."""
    n_conditions = draw(st.integers(1, 5))
    crossings: list[Literal["lists", "all", "between"]] = ["lists", "all", "between"]
    crossing = draw(st.sampled_from(crossings))
    tasks: list[Task] = ["two_alternative", "occlusion", "manipulation_check"]
    task = draw(st.sampled_from(tasks))
    n_pairs = draw(st.integers(1, 5))
    if crossing == "all":
        n_pairs = max(n_pairs, n_conditions)
    n_each = draw(st.integers(1, 5))
    conditions = PANELS[:n_conditions]
    is_around = crossing == "all" and draw(st.booleans())
    if is_around:
        conditions = (*conditions, "none")
        n_pairs = max(n_pairs, n_conditions + 1)
    none_after = 0 if is_around else draw(st.sampled_from([0, 3]))
    n_main = n_each * len(conditions)
    design = DesignPart(
        task=task,
        conditions=conditions,
        crossing=crossing,
        is_none_around=is_around,
        practice_features=("f0", "f1"),
        n_query_pairs=n_pairs,
        n_panel_tiles=4,
        none_after_slots=none_after,
        n_features_per_session=(
            draw(st.integers(n_each, n_main)) if crossing == "between" else None
        ),
    )
    n_catch = draw(st.integers(0, n_each))
    if task == "manipulation_check":
        n_catch = 0
    parts = PlanParts(
        design=design,
        practice=PracticePart(n_trials=2, min_correct=1, max_rounds=2),
        main=MainPart(n_repeats=draw(st.integers(0, 2))),
        catch=CatchPart(
            per_block=n_catch, features=("f2",) if task == "occlusion" else ()
        ),
    )
    n_features = n_main + (3 if task == "occlusion" else 2)
    return parts, nominal_bundle(n_features, n_pairs, n_tiles=2 * n_pairs + 4)


@settings(max_examples=30, deadline=None)
@given(studies(), st.sampled_from([0.0, 0.2, 0.5]), st.integers(0, 2**31))
def test_every_plan_obeys_every_law_with_and_without_dropouts(
    study: tuple[PlanParts, Bundle], dropout: float, rng_seed: int
) -> None:
    parts, bundle = study
    tables = {"design": parts.design, "catch": parts.catch, "practice": parts.practice}
    assert cross_faults(tables) == []

    found = simulate(
        parts, bundle, n_participants=15, dropout=dropout, rng_seed=rng_seed
    )

    assert found.violations == ()


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_everyone_meets_some_features_without_a_panel(share: float) -> None:
    """1.7, the alternative to a group of its own."""
    parts = PlanParts(
        design=DesignPart(
            conditions=PANELS[:2],
            practice_features=("f0",),
            n_panel_tiles=4,
            none_share=share,
        )
    )

    found = simulate(
        parts, nominal_bundle(41, 1), n_participants=400, dropout=0.2, rng_seed=1
    )

    bare = sum(
        count
        for (_, condition), count in found.tally.feature_condition.items()
        if condition == "none"
    )
    assert found.violations == ()
    assert bare == pytest.approx(40 * share * found.tally.n_sessions)
    met = [
        count
        for (_, condition), count in found.tally.feature_condition.items()
        if condition == "none"
    ]
    assert len(met) == 40  # every feature at some time


def test_ten_thousand_in_short() -> None:
    """2.5: nothing broken in 2,000 plans; the command does the same with 10,000."""
    parts = PlanParts(
        design=DesignPart(
            conditions=PANELS[:5],
            practice_features=("f0",),
            n_query_pairs=4,
            n_panel_tiles=4,
            none_after_slots=10,
        ),
        catch=CatchPart(n_trials=8),
    )

    found = simulate(
        parts, nominal_bundle(26, 4), n_participants=2000, dropout=0.2, rng_seed=2
    )

    assert found.violations == ()
    assert found.tally.n_sessions == 1400  # 7 cycles of 200
    assert set(found.tally.cells.values()) == {7}
    assert set(found.tally.feature_condition.values()) == {280}


def moved_side(plan: Plan) -> Plan:
    main = next(i for i, t in enumerate(plan) if t.trial_kind == "main")
    trial = plan[main]
    side = "left" if trial.correct_option == "right" else "right"
    options = trial.option_stimulus_ids[::-1]
    changed = replace(trial, correct_option=side, option_stimulus_ids=options)
    return [*plan[:main], changed, *plan[main + 1 :]]


def catch_first(plan: Plan) -> Plan:
    catch = next(i for i, t in enumerate(plan) if t.trial_kind == "catch")
    start = next(i for i, t in enumerate(plan) if t.block_index == 0)
    rest = [*plan[:catch], *plan[catch + 1 :]]
    return [*rest[:start], plan[catch], *rest[start:]]


def without_a_main_trial(plan: Plan) -> Plan:
    main = next(i for i, t in enumerate(plan) if t.trial_kind == "main")
    return [*plan[:main], *plan[main + 1 :]]


def blocks_swapped(plan: Plan) -> Plan:
    practice = [t for t in plan if t.block_index is None]
    return [*practice, *sorted(plan[len(practice) :], key=lambda t: -t.block_index)]  # type: ignore[operator]


def leaking(plan: Plan) -> Plan:
    trial = plan[-1]
    tiles = (trial.option_stimulus_ids[0], *trial.panel_stimulus_ids[1:])
    return [*plan[:-1], replace(trial, panel_stimulus_ids=tiles, trial_kind="main")]


def mislabelled(plan: Plan) -> Plan:
    options = plan[0].option_stimulus_ids[::-1]
    return [replace(plan[0], option_stimulus_ids=options), *plan[1:]]


@pytest.mark.parametrize(
    ("spoil", "law"),
    [
        (moved_side, "sides_balance"),
        (catch_first, "catch_trials_stand_apart"),
        (without_a_main_trial, "features_are_met_as_crossed"),
        (without_a_main_trial, "conditions_are_met_equally"),
        (blocks_swapped, "blocks_follow_their_sequence"),
        (leaking, "panels_are_alike_and_give_nothing_away"),
        (mislabelled, "options_stand_where_the_plan_says"),
    ],
)
def test_a_broken_law_is_found(spoil: Callable[[Plan], Plan], law: str) -> None:
    parts = PlanParts(
        design=DesignPart(
            conditions=PANELS[:4], practice_features=("f0",), n_panel_tiles=4
        )
    )
    bundle = nominal_bundle(17, 2)
    plan = list(draw_plan(parts, bundle, slot_index=1, rng=Random(4)))
    assert violations(parts, bundle, 1, plan) == []

    found = violations(parts, bundle, 1, spoil(plan))

    assert law in {violation.law for violation in found}
