from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.catch_trials import operating_characteristics, pass_probability
from analysis.errors import ConfigError
from analysis.exclusions import (
    ExclusionFlow,
    ExclusionRule,
    apply_rules,
    blinded,
    rules_of_definition,
)
from analysis.load import load_export
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip

STUDY = SyntheticStudy(n_participants=12, n_features=8, n_catch=4)


@pytest.fixture
def tables() -> Tables:
    return draw_tables(STUDY)


def flow_of(tmp_path: Path, tables: Tables, *rules: ExclusionRule) -> ExclusionFlow:
    export = load_export(write_zip(tmp_path / "e.zip", tables))
    return apply_rules(blinded(export.participants, export.trials), rules)


def answer(tables: Tables, session: str, kind: str, right: list[bool]) -> None:
    """Make a session's answers of one kind right or wrong, in order."""
    responses = tables["responses"]
    rows = responses.index[
        (responses["session_id"] == session) & (responses["trial_kind"] == kind)
    ]
    truth = responses.loc[rows, "correct_option"]
    wrong = np.where(truth == "left", "right", "left")
    responses.loc[rows, "is_correct"] = right
    responses.loc[rows, "choice"] = np.where(right, truth, wrong)


def set_session(tables: Tables, row: int, **values: Any) -> None:
    for column, value in values.items():
        tables["participants"].loc[row, column] = value


Change = Callable[[Tables], None]

CASES: list[tuple[str, dict[str, float], Change, set[str]]] = [
    ("withdrawn", {}, lambda t: set_session(t, 1, outcome="withdrawn"), {"s00001"}),
    (
        "no_consent",
        {},
        lambda t: set_session(t, 1, consented_at=pd.NaT, stage="consent"),
        {"s00001"},
    ),
    (
        "screened_out",
        {},
        lambda t: set_session(t, 2, outcome="screened_out"),
        {"s00002"},
    ),
    ("did_not_finish", {}, lambda t: set_session(t, 3, n_main_responses=7), {"s00003"}),
    (
        "did_not_finish",
        {"min_share": 0.75},
        lambda t: set_session(t, 3, n_main_responses=6),
        set(),
    ),
    (
        "instructions_too_fast",
        {"min_ms": 20000},
        lambda t: set_session(t, 4, instructions_ms=19999.9),
        {"s00004"},
    ),
    (
        "instructions_too_fast",
        {"min_ms": 20000},
        lambda t: set_session(t, 4, instructions_ms=np.nan),
        set(),
    ),
    (
        "catch",
        {"min_correct": 3},
        lambda t: answer(t, "s00005", "catch", [True, True, False, False]),
        {"s00005"},
    ),
    (
        "catch",
        {"min_correct": 3},
        lambda t: answer(t, "s00005", "catch", [True, True, True, False]),
        set(),
    ),
    (
        "catch",
        {},
        lambda t: answer(t, "s00005", "catch", [True, True, False, False]),
        {"s00005"},
    ),
    ("data_use", {}, lambda t: set_session(t, 6, data_use=False), {"s00006"}),
    (
        "total_time",
        {"min_ms": 15 * 60_000 + 1},
        lambda t: set_session(t, 7, completed_at=pd.Timestamp("2025-03-01T09:20:00Z")),
        {f"s{i:05d}" for i in range(12) if i != 7},
    ),
    ("took_part_before", {}, lambda _: None, set()),
]


@pytest.mark.parametrize(("name", "parameters", "change", "expected"), CASES)
def test_each_rule_removes_exactly_whom_it_names(
    tmp_path: Path,
    tables: Tables,
    name: str,
    parameters: dict[str, float],
    change: Change,
    expected: set[str],
) -> None:
    change(tables)

    flow = flow_of(tmp_path, tables, ExclusionRule(name=name, parameters=parameters))

    assert set(flow.removed) == expected


def test_an_unanswered_catch_trial_is_not_right(tmp_path: Path, tables: Tables) -> None:
    responses = tables["responses"]
    is_lost = (responses["session_id"] == "s00002") & (responses["trial_index"] >= 12)
    tables["responses"] = responses.loc[~is_lost]
    rule = ExclusionRule(name="catch", parameters={"min_correct": 3})

    assert set(flow_of(tmp_path, tables, rule).removed) == {"s00002"}


def test_sessions_without_catch_trials_do_not_fail_them(tmp_path: Path) -> None:
    tables = draw_tables(SyntheticStudy(n_participants=4, n_features=4, n_catch=0))
    rule = ExclusionRule(name="catch", parameters={"min_correct": 3})

    assert flow_of(tmp_path, tables, rule).removed == {}


@pytest.mark.parametrize(("n_left", "is_removed"), [(8, True), (7, True), (6, False)])
def test_keeping_to_one_side_is_judged_by_the_rarer_side(
    tmp_path: Path, tables: Tables, n_left: int, is_removed: bool
) -> None:
    responses = tables["responses"]
    rows = responses.index[
        (responses["session_id"] == "s00000") & (responses["trial_kind"] == "main")
    ]
    choice = ["left"] * n_left + ["right"] * (8 - n_left)
    responses.loc[rows, "choice"] = choice
    responses.loc[rows, "is_correct"] = choice == responses.loc[rows, "correct_option"]
    rule = ExclusionRule(name="rarer_side", parameters={"min_share": 0.2})

    assert ("s00000" in flow_of(tmp_path, tables, rule).removed) is is_removed


def test_only_the_first_sitting_of_a_person_is_kept(
    tmp_path: Path, tables: Tables
) -> None:
    for table in tables.values():
        is_second = table["session_id"] == "s00003"
        table.loc[is_second, "participant_id"] = "p00002"
    set_session(tables, 3, consented_at=pd.Timestamp("2025-02-01T09:00:00Z"))

    flow = flow_of(tmp_path, tables, ExclusionRule(name="took_part_before"))

    assert set(flow.removed) == {"s00002"}


def test_flow_counts_in_order_alone_and_unique(tmp_path: Path, tables: Tables) -> None:
    set_session(tables, 0, outcome="withdrawn", instructions_ms=1.0)
    set_session(tables, 1, instructions_ms=1.0, data_use=False)
    set_session(tables, 2, data_use=False)
    fast = ExclusionRule(name="instructions_too_fast", parameters={"min_ms": 20000})
    rules = (ExclusionRule(name="withdrawn"), fast, ExclusionRule(name="data_use"))

    flow = flow_of(tmp_path, tables, *rules)

    assert flow.table.to_dict("records") == [
        {
            "rule": "withdrawn",
            "n_removed": 1,
            "n_alone": 1,
            "n_unique": 0,
            "n_left": 11,
        },
        {
            "rule": "instructions_too_fast",
            "n_removed": 1,
            "n_alone": 2,
            "n_unique": 0,
            "n_left": 10,
        },
        {"rule": "data_use", "n_removed": 1, "n_alone": 2, "n_unique": 1, "n_left": 9},
    ]
    assert flow.by_list["n_assigned"].sum() == 12
    assert flow.by_list["n_excluded"].sum() == 3


def test_no_rule_can_read_condition_or_main_accuracy(
    tmp_path: Path, tables: Tables
) -> None:
    """Shuffle both: the same people must go."""
    set_session(tables, 0, instructions_ms=1.0)
    set_session(tables, 4, data_use=False)
    answer(tables, "s00005", "catch", [False] * 4)
    rules = rules_of_definition({"exclusions": list(STUDY.exclusions)})
    before = flow_of(tmp_path, tables, *rules)

    rng = np.random.default_rng(3)
    order = rng.permutation(["accentuation", "natural", "seed_only"] * 100)
    is_main = tables["trials"]["trial_kind"] == "main"
    flipped = {"left": "right", "right": "left"}
    is_flipped = is_main & (rng.random(len(is_main)) < 0.5)
    for table in (tables["trials"], tables["responses"]):
        table["condition"] = order[: len(table)]
        table.loc[is_flipped, "correct_option"] = table["correct_option"].map(flipped)
    responses = tables["responses"]
    responses["is_correct"] = responses["choice"] == responses["correct_option"]
    after = flow_of(tmp_path, tables, *rules)

    assert len(before.removed) == 3
    assert after.removed == before.removed


def test_what_a_rule_sees_holds_no_condition_and_no_truth(
    tmp_path: Path, tables: Tables
) -> None:
    export = load_export(write_zip(tmp_path / "e.zip", tables))

    seen = blinded(export.participants, export.trials).responses

    assert not {"condition", "feature_id", "correct_option"} & set(seen.columns)
    assert seen.loc[seen["trial_kind"] == "main", "is_correct"].isna().all()
    assert seen.loc[seen["trial_kind"] == "catch", "is_correct"].notna().all()


def test_rules_keep_the_order_of_the_definition_between_those_always_applied() -> None:
    listed = [{"name": "catch", "min_correct": 3}, {"name": "did_not_finish"}]

    rules = rules_of_definition({"exclusions": listed})

    assert [rule.name for rule in rules] == [
        "no_consent",
        "withdrawn",
        "catch",
        "did_not_finish",
        "data_use",
        "no_main_response",
    ]
    assert [rule.is_always for rule in rules] == [True, True, False, False, True, True]


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([{"name": "cach"}], "close names: catch"),
        ([{"name": "catch", "min": 3}], "no parameter 'min'"),
        ([{"name": "catch", "min_correct": "many"}], "must be a number"),
        ([{"name": "catch"}, {"name": "catch"}], "more than once"),
        ("catch", "must be a list"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(listed: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        rules_of_definition({"exclusions": listed})


@pytest.mark.parametrize(
    ("n_catch", "n_required", "expected"),
    [
        (3, 2, [0.5, 0.84375, 0.972, 0.997354]),
        (4, 3, [5 / 16, 0.73828125, 0.9477, 0.99481357]),
        (8, 7, [9 / 256, 0.367080688477, 0.81310473, 0.977659242185]),
    ],
)
def test_catch_rule_lets_in_as_many_as_the_binomial_says(
    n_catch: int, n_required: int, expected: list[float]
) -> None:
    table = operating_characteristics(n_catch, n_required)

    assert list(table["p_pass"]) == pytest.approx(expected, abs=1e-10)


def test_a_rule_asking_for_more_than_there_is_passes_nobody() -> None:
    assert pass_probability(4, 5, 1.0) == 0
