"""The server counts by exclusion rules, the analysis excludes by them: alike (1.21).

Each implements the rules by itself. The cases of `exclusion_cases.json` are what both
must say; a session has what its case names, and defaults for the rest.
"""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from analysis.exclusion_rules import RULES, Evidence
from study_server.design.exclusion_rules import FAILS, SessionFacts, fails
from study_server.design.exclusions import DEFAULTS, ExclusionRule

Case = dict[str, Any]

CASES: list[Case] = json.loads(
    (Path(__file__).parent / "exclusion_cases.json").read_text(encoding="utf-8")
)
MOMENTS = "datetime64[ns, UTC]"
BEGAN = pd.Timestamp("2026-03-01T12:00:00Z")
every_case = pytest.mark.parametrize(
    "case", CASES, ids=[f"{c['rule']['name']}: {c['case']}" for c in CASES]
)


@pytest.mark.parametrize("name", DEFAULTS)
def test_both_sides_know_the_rule_and_what_is_left_out_of_it(name: str) -> None:
    assert name in FAILS
    assert RULES[name].defaults == DEFAULTS[name]


@pytest.mark.parametrize("name", DEFAULTS)
def test_each_rule_has_cases_on_both_sides_of_its_limit(name: str) -> None:
    found = {case["is_excluded"] for case in CASES if case["rule"]["name"] == name}

    assert found == {True, False}


@every_case
def test_the_server_counts_as_the_table_says(case: Case) -> None:
    rule = ExclusionRule(**case["rule"])

    assert fails(rule, SessionFacts(**case["session"])) is case["is_excluded"]


@every_case
def test_the_analysis_excludes_as_the_table_says(case: Case) -> None:
    parameters = {key: v for key, v in case["rule"].items() if key != "name"}
    rule = RULES[case["rule"]["name"]]

    excluded = rule.function(
        evidence_of(case["session"]), {**rule.defaults, **parameters}
    )

    assert excluded == ({"s1"} if case["is_excluded"] else set())


def evidence_of(session: Case) -> Evidence:
    """The session of a case as the export's tables have it."""
    facts = SessionFacts(**session)
    total_ms = facts.total_ms
    ended = None if total_ms is None else (BEGAN + pd.Timedelta(total_ms, "ms"))
    participants = pd.DataFrame(
        {
            "session_id": ["s1"],
            "outcome": [facts.outcome],
            "instructions_ms": pd.array([facts.instructions_ms], "Float64"),
            "consented_at": pd.Series([BEGAN], dtype=MOMENTS),
            "completed_at": pd.Series([ended], dtype=MOMENTS),
            "n_main_trials": pd.array([facts.n_main_trials], "Int64"),
            "n_main_responses": pd.array([facts.n_main_responses], "Int64"),
            "n_catch_trials": pd.array([facts.n_catch_trials], "Int64"),
            "data_use": pd.array([facts.data_use], "boolean"),
        }
    )
    n_right = facts.n_main_responses - facts.n_main_left
    rows: list[tuple[str, str, bool | None]]
    rows = [("main", "left", None)] * facts.n_main_left
    rows += [("main", "right", None)] * n_right
    rows += [("catch", "left", True)] * facts.n_catch_correct
    responses = pd.DataFrame(rows, columns=["trial_kind", "choice", "is_correct"])
    responses["is_correct"] = responses["is_correct"].astype("boolean")
    responses.insert(0, "session_id", "s1")
    return Evidence(participants=participants, responses=responses)
