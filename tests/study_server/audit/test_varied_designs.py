"""Sizes of panels, mixed conditions and foils obey every law (2.12)."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from study_server.audit.balance import simulate
from study_server.audit.laws import violations
from study_server.design.checks import cross_faults
from study_server.design.parts.design import DesignPart
from study_server.design.parts.session import CatchPart, MainPart, PracticePart
from study_server.design.planned import PlannedTrial, PlanParts
from study_server.design.schedule import draw_plan
from tests.study_server.design.bundles import nominal_bundle

PANELS = (
    "accentuation",
    "seed_only",
    "attribution",
    "natural",
    "feature_visualization",
)
N_PRACTICE = 2


def parts_of(n_catch: int, **design: Any) -> PlanParts:
    """A study of sound tables."""
    parts = PlanParts(
        design=DesignPart(practice_features=("f0", "f1"), **design),
        practice=PracticePart(n_trials=2, min_correct=1, max_rounds=2),
        catch=CatchPart(per_block=n_catch),
    )
    tables = {"design": parts.design, "catch": parts.catch, "main": MainPart()}
    assert cross_faults(tables) == []
    return parts


@st.composite
def sized(draw: st.DrawFn) -> tuple[PlanParts, int]:
    """D5 with random K, sizes, U and M, also with a group that sees no panel."""
    conditions = PANELS[: draw(st.integers(1, 3))]
    sizes = draw(st.sampled_from([(2, 4), (2, 4, 8), (2, 4, 8, 16)]))
    n_each = draw(st.integers(1, 4))
    parts = parts_of(
        draw(st.integers(0, n_each)),
        conditions=conditions,
        panel_sizes=sizes,
        n_query_pairs=draw(st.integers(1, 3)),
        none_after_slots=draw(st.sampled_from([0, 3])),
    )
    return parts, N_PRACTICE + len(conditions) * len(sizes) * n_each


@st.composite
def mixed(draw: st.DrawFn) -> tuple[PlanParts, int]:
    """Mixed conditions with random K, U, M, with or without bare trials."""
    n_conditions = draw(st.integers(2, 5))
    n_each = draw(st.integers(2, 8))
    parts = parts_of(
        draw(st.integers(0, max(1, n_each // 2))),
        conditions=PANELS[:n_conditions],
        order="mixed",
        n_panel_tiles=4,
        n_query_pairs=draw(st.integers(1, 3)),
        none_share=draw(st.sampled_from([0.0, 0.2])),
        none_after_slots=0,
    )
    return parts, N_PRACTICE + n_conditions * n_each


@settings(max_examples=15, deadline=None)
@given(st.one_of(sized(), mixed()), st.sampled_from([0.0, 0.2]), st.integers(0, 2**31))
def test_every_plan_obeys_every_law(
    study: tuple[PlanParts, int], dropout: float, rng_seed: int
) -> None:
    """D5 and 2.2."""
    parts, n_features = study

    found = simulate(
        parts,
        nominal_bundle(n_features, 3, n_tiles=16),
        n_participants=15,
        dropout=dropout,
        rng_seed=rng_seed,
    )

    assert found.violations == ()


def test_each_feature_meets_each_size_of_each_panel_equally_often() -> None:
    """D5: 8 treatments, 8 lists, 8 orders, over a whole cycle with dropouts."""
    parts = parts_of(1, conditions=PANELS[:2], panel_sizes=(2, 4, 8, 16))
    bundle = nominal_bundle(N_PRACTICE + 16, 1, n_tiles=16)

    found = simulate(parts, bundle, n_participants=200, dropout=0.2, rng_seed=3)

    assert found.violations == ()
    assert found.tally.n_sessions == 64
    names = {name for _, name in found.tally.feature_condition}
    assert names == {f"{c} x {n}" for c in PANELS[:2] for n in (2, 4, 8, 16)}
    assert set(found.tally.feature_condition.values()) == {8}
    assert set(found.tally.neighbours.values()) == {8}
    assert len(found.tally.neighbours) == 8 * 7


def test_a_size_stays_the_same_within_a_block_its_catch_trials_among_them() -> None:
    parts = parts_of(1, conditions=PANELS[:2], panel_sizes=(2, 4, 8))
    bundle = nominal_bundle(N_PRACTICE + 18, 1, n_tiles=8)

    plan = draw_plan(parts, bundle, slot_index=4, rng=Random(2))

    sizes: dict[int | None, set[int]] = {}
    for trial in plan:
        sizes.setdefault(trial.block_index, set()).add(len(trial.panel_stimulus_ids))
    del sizes[None]
    assert all(len(of_block) == 1 for of_block in sizes.values())
    counts = Counter(size for of_block in sizes.values() for size in of_block)
    assert counts == {2: 2, 4: 2, 8: 2}


def test_mixed_conditions_change_within_every_block() -> None:
    """2.2, and 2.1 as ever: 10 features in each condition."""
    parts = parts_of(1, conditions=PANELS, order="mixed", n_panel_tiles=4)
    bundle = nominal_bundle(N_PRACTICE + 50, 2)

    plan = draw_plan(parts, bundle, slot_index=7, rng=Random(5))

    main = [trial for trial in plan if trial.trial_kind == "main"]
    assert set(Counter(trial.condition for trial in main).values()) == {10}
    for block in range(5):
        of_block = [t.condition for t in main if t.block_index == block]
        assert Counter(of_block) == dict.fromkeys(PANELS, 2)


def test_four_equal_conditions_in_a_row_are_found() -> None:
    parts = parts_of(0, conditions=PANELS[:2], order="mixed", n_panel_tiles=4)
    bundle = nominal_bundle(N_PRACTICE + 8, 1)
    plan = draw_plan(parts, bundle, slot_index=0, rng=Random(1))
    assert violations(parts, bundle, 0, plan) == []

    rest = [trial for trial in plan if trial.block_index is not None]
    rest.sort(key=lambda trial: trial.condition)
    spoilt = [replace(trial, block_index=0) for trial in rest]

    found = {violation.law for violation in violations(parts, bundle, 0, spoilt)}
    assert "mixed_conditions_change_often" in found


@pytest.mark.parametrize("kinds", [1, 2])
def test_foils_take_their_turns_and_at_most_five_percent(kinds: int) -> None:
    """1.9."""
    foils = ("accentuation_random_feature", "accentuation_random_weights")[:kinds]
    parts = parts_of(
        1, conditions=PANELS[:4], foils=foils, foil_share=0.05, n_panel_tiles=4
    )
    bundle = nominal_bundle(N_PRACTICE + 40, 1)

    found = simulate(parts, bundle, n_participants=150, dropout=0.2, rng_seed=1)

    assert found.violations == ()
    shown = Counter[str]()
    for (_, condition), count in found.tally.feature_condition.items():
        shown[condition] += count
    assert found.tally.n_sessions > 0
    n_foils = sum(shown[foil] for foil in foils)
    assert n_foils == 2 * found.tally.n_sessions  # of 40
    assert len({shown[foil] for foil in foils}) == 1
    assert len({shown[condition] for condition in PANELS[:4]}) == 1


def test_too_many_foils_are_found() -> None:
    parts = parts_of(0, conditions=PANELS[:2], n_panel_tiles=4)
    parts = PlanParts(
        design=parts.design.model_copy(
            update={"foils": ("accentuation_random_feature",)}
        ),
        catch=parts.catch,
    )
    bundle = nominal_bundle(N_PRACTICE + 10, 1)
    plan = draw_plan(parts, bundle, slot_index=0, rng=Random(1))

    def spoilt(trial: PlannedTrial) -> PlannedTrial:
        return replace(trial, condition="accentuation_random_feature")

    last = [*plan[:-1], spoilt(plan[-1])]
    found = {v.law: v.detail for v in violations(parts, bundle, 0, last)}
    assert "1 of 10 main trials show a foil" in found["conditions_are_met_equally"]
