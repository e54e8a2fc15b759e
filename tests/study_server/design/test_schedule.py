"""Laws that every plan obeys, whatever the design, with and without dropouts."""

import hashlib
from collections import Counter, defaultdict
from itertools import pairwise
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from study_server.bundle import Bundle
from study_server.design.parts.design import DesignPart
from study_server.design.parts.session import CatchPart
from study_server.design.planned import PlannedTrial, PlanParts
from study_server.design.schedule import draw_plan
from tests.study_server.design.bundles import nominal_bundle

Design = tuple[PlanParts, Bundle]
CONDITIONS = (
    "accentuation",
    "attribution",
    "feature_visualization",
    "natural",
    "seed_only",
)
PLAN_DIGEST_OF_VERSION_2 = (
    "d49a8f04e2ab26cf5b740d776ae43dd78d6755e379e317bc5537a685682e937c"
)


@st.composite
def designs(draw: st.DrawFn) -> Design:
    n_conditions = draw(st.integers(1, 4))
    n_per_block = draw(st.integers(1, 5))
    n_pairs = draw(st.integers(1, 5))
    n_practice = draw(st.integers(1, n_conditions))
    design = DesignPart(
        conditions=CONDITIONS[:n_conditions],
        practice_features=tuple(f"f{i}" for i in range(n_practice)),
        n_query_pairs=n_pairs,
        n_panel_tiles=4,
    )
    catch = CatchPart(per_block=draw(st.integers(0, n_per_block)))
    parts = PlanParts(design=design, catch=catch)
    return parts, nominal_bundle(n_practice + n_conditions * n_per_block, n_pairs)


def plan_of(design: Design, slot_index: int, rng_seed: int = 0) -> list[PlannedTrial]:
    return list(
        draw_plan(design[0], design[1], slot_index=slot_index, rng=Random(rng_seed))
    )


def of_kind(plan: list[PlannedTrial], kind: str) -> list[PlannedTrial]:
    return [trial for trial in plan if trial.trial_kind == kind]


@given(designs(), st.integers(0, 500), st.integers(0, 2**63 - 1))
def test_everyone_meets_each_feature_once_and_all_conditions_equally(
    design: Design, slot_index: int, rng_seed: int
) -> None:
    main = of_kind(plan_of(design, slot_index, rng_seed), "main")

    practice = set(design[0].design.practice_features)
    everything = {f.feature_id for f in design[1].features} - practice
    assert sorted(t.feature_id for t in main) == sorted(everything)
    counts = Counter(trial.condition for trial in main)
    assert set(counts) == set(design[0].design.conditions)
    assert len(set(counts.values())) == 1


@given(designs(), st.integers(0, 500), st.integers(0, 2**63 - 1))
def test_conditions_stand_in_blocks(
    design: Design, slot_index: int, rng_seed: int
) -> None:
    plan = plan_of(design, slot_index, rng_seed)

    blocks = [t.block_index for t in plan if t.block_index is not None]
    assert blocks == sorted(blocks)
    by_block = defaultdict(set)
    for trial in plan:
        by_block[trial.block_index].add(trial.condition)
    n_conditions = len(design[0].design.conditions)
    assert len(by_block.pop(None)) == n_conditions  # practice: one of each
    assert len(of_kind(plan, "practice")) == n_conditions
    assert all(len(conditions) == 1 for conditions in by_block.values())


@given(designs(), st.integers(0, 500), st.integers(0, 2**63 - 1))
def test_sides_balance_within_each_condition(
    design: Design, slot_index: int, rng_seed: int
) -> None:
    plan = plan_of(design, slot_index, rng_seed)

    for condition in design[0].design.conditions:
        sides = Counter(
            t.correct_option for t in of_kind(plan, "main") if t.condition == condition
        )
        assert abs(sides["left"] - sides["right"]) <= 1
    catch = Counter(t.correct_option for t in of_kind(plan, "catch"))
    assert abs(catch["left"] - catch["right"]) <= 1


@given(designs(), st.integers(0, 50))
def test_an_odd_side_mirrors_in_the_next_slot_of_the_list(
    design: Design, slot_index: int
) -> None:
    n_conditions = len(design[0].design.conditions)
    plans = [plan_of(design, slot_index), plan_of(design, slot_index + n_conditions)]

    for condition in design[0].design.conditions:
        together = Counter(
            trial.correct_option
            for plan in plans
            for trial in of_kind(plan, "main")
            if trial.condition == condition
        )
        assert together["left"] == together["right"]


@given(designs(), st.integers(0, 500), st.integers(0, 2**63 - 1))
def test_catch_trials_are_never_first_never_neighbours_and_show_a_tile(
    design: Design, slot_index: int, rng_seed: int
) -> None:
    plan = plan_of(design, slot_index, rng_seed)

    for before, after in pairwise(plan):
        if after.trial_kind == "catch":
            assert before.trial_kind == "main"
            assert before.block_index == after.block_index
    seen = set()
    for trial in plan:
        if trial.trial_kind == "catch":
            assert trial.target_stimulus_id in trial.panel_stimulus_ids
            assert (trial.feature_id, trial.condition) in seen
        elif trial.trial_kind == "main":
            assert trial.target_stimulus_id not in trial.panel_stimulus_ids
            seen.add((trial.feature_id, trial.condition))
    n_catch = (design[0].catch.per_block or 0) * len(design[0].design.conditions)
    assert len(of_kind(plan, "catch")) == n_catch


@given(designs(), st.integers(0, 500), st.integers(0, 2**63 - 1))
def test_practice_uses_its_own_features_and_nobody_meets_a_pair_twice(
    design: Design, slot_index: int, rng_seed: int
) -> None:
    plan = plan_of(design, slot_index, rng_seed)

    practised = {t.feature_id for t in of_kind(plan, "practice")}
    assert practised <= set(design[0].design.practice_features)
    assert practised.isdisjoint(t.feature_id for t in of_kind(plan, "main"))
    pairs = [t.query_pair_id for t in of_kind(plan, "main")]
    assert len(pairs) == len(set(pairs))


@settings(max_examples=20)
@given(designs())
def test_each_feature_meets_each_condition_and_pair_equally_often(
    design: Design,
) -> None:
    n_conditions, n_pairs = (
        len(design[0].design.conditions),
        design[0].design.n_query_pairs,
    )
    n_slots = n_conditions * n_pairs
    met = Counter(
        (trial.feature_id, trial.condition, trial.query_pair_id)
        for slot_index in range(n_slots)
        for trial in of_kind(plan_of(design, slot_index), "main")
    )

    n_main = len(design[1].features) - len(design[0].design.practice_features)
    assert set(met.values()) == {1}
    assert len(met) == n_main * n_conditions * n_pairs


@settings(max_examples=20)
@given(designs(), st.data())
def test_dropouts_whose_slots_are_taken_again_leave_the_design_balanced(
    design: Design, data: st.DataObject
) -> None:
    """Slots are given lowest first, so a finished study holds slots 0 to N - 1."""
    n_slots = 2 * len(design[0].design.conditions)
    held: set[int] = set()
    finished: dict[int, list[PlannedTrial]] = {}
    arrivals = 0
    while len(finished) < n_slots:
        slot_index = min(set(range(n_slots)) - held)
        held.add(slot_index)
        arrivals += 1
        if arrivals < 40 and data.draw(st.booleans(), label="drops out"):
            held.remove(slot_index)
        else:
            finished[slot_index] = plan_of(design, slot_index, rng_seed=arrivals)

    met = Counter(
        (trial.feature_id, trial.condition)
        for plan in finished.values()
        for trial in of_kind(plan, "main")
    )
    assert set(met.values()) == {2}


def test_the_side_repeats_as_often_as_chance_says() -> None:
    """Balanced orders of 10: the next of 9 others is the same side in 4 of 9."""
    design = (
        PlanParts(
            design=DesignPart(
                conditions=("natural",), practice_features=("f0",), n_panel_tiles=4
            ),
            catch=CatchPart(per_block=0),
        ),
        nominal_bundle(11, 1),
    )
    repeats = [
        one.correct_option == two.correct_option
        for rng_seed in range(2000)
        for one, two in pairwise(of_kind(plan_of(design, 0, rng_seed), "main"))
    ]

    assert abs(sum(repeats) / len(repeats) - 4 / 9) < 0.01


def test_the_same_seed_gives_the_same_plan_on_every_machine() -> None:
    """Raise DESIGN_VERSION when this digest has to change."""
    design = (
        PlanParts(
            design=DesignPart(
                conditions=(
                    "accentuation",
                    "feature_visualization",
                    "natural",
                    "seed_only",
                ),
                practice_features=("f0", "f1"),
                n_query_pairs=2,
                n_panel_tiles=4,
            )
        ),
        nominal_bundle(14, 2),
    )

    text = repr(plan_of(design, slot_index=5, rng_seed=42))

    assert hashlib.sha256(text.encode()).hexdigest() == PLAN_DIGEST_OF_VERSION_2


def test_a_catch_trial_shows_no_photograph_twice_though_one_pair_is_asked() -> None:
    design = DesignPart(
        conditions=("natural",),
        practice_features=("f0",),
        n_query_pairs=1,
        n_panel_tiles=4,
    )

    plan = plan_of((PlanParts(design=design), nominal_bundle(4, 2)), 0)

    shown = {trial.distractor_stimulus_id for trial in of_kind(plan, "main")}
    caught = {trial.distractor_stimulus_id for trial in of_kind(plan, "catch")}
    assert len(caught) == 1
    assert not caught & shown
