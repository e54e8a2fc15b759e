"""Machines on the trials of people (analysis 15)."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis.errors import ExportFormatError
from analysis.load import load_export
from analysis.machines import TIED, consistency_with_people, with_machine
from analysis.results import Analysis
from tests.analysis.quick import analysed
from tests.analysis.synthetic import SyntheticStudy, draw_tables
from tests.analysis.synthetic_zip import Tables, write_zip

STUDY = SyntheticStudy(
    accuracy={"accentuation": 0.9, "seed_only": 0.6}, n_participants=30, n_features=16
)


def machine_table(tables: Tables, prefers_high: dict[str, list[bool]]) -> pd.DataFrame:
    """Answers by method, pair after pair in turn, the same beside every panel."""
    main = tables["trials"].loc[tables["trials"]["trial_kind"] == "main"]
    pairs = sorted(main["query_pair_id"].unique())
    return pd.DataFrame(
        [
            {
                "query_pair_id": pair,
                "condition": condition,
                "n_panel_tiles": 8,
                "method": method,
                "prefers_high": said[place % len(said)],
            }
            for method, said in prefers_high.items()
            for condition in STUDY.accuracy
            for place, pair in enumerate(pairs)
        ]
    )


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    tables = draw_tables(STUDY)
    tables["machine_answers"] = machine_table(
        tables,
        {
            "oracle": [True],
            "nearly": [False] * 2 + [True] * 1000,
            "some": [True, False, False],
            "never": [False],
        },
    )
    path = write_zip(tmp_path_factory.mktemp("machines") / "e.zip", tables)
    results = analysed(path).results["machine_baselines"]
    assert isinstance(results, dict)
    return results


def row(found: dict[str, Any], method: str, condition: str) -> dict[str, Any]:
    (one,) = [
        row
        for row in found["conditions"]
        if (row["method"], row["condition"]) == (method, condition)
    ]
    assert isinstance(one, dict)
    return one


def test_a_machine_that_is_always_right_leaves_no_trial_where_it_fails(
    found: dict[str, Any],
) -> None:
    """4.15"""
    oracle = row(found, "oracle", "accentuation")

    assert oracle["machine"]["value"] == 1
    assert oracle["people_where_wrong"]["n_responses"] == 0
    assert oracle["people_where_wrong"]["value"] is None
    assert oracle["people_where_right"]["n_responses"] == oracle["n_responses"]
    assert oracle["people_where_right"]["value"] == pytest.approx(0.9, abs=0.05)


def test_no_share_of_right_choices_is_said_to_lie_beyond_the_scale(
    found: dict[str, Any],
) -> None:
    """A machine that fails in one feature alone: the t interval reaches beyond 1."""
    interval = row(found, "nearly", "seed_only")["machine"]["interval"]

    assert 0.5 < interval["low"] < interval["high"] == 1


def test_people_keep_their_accuracy_where_a_blind_machine_fails(
    found: dict[str, Any],
) -> None:
    """4.15, 11.5"""
    some = row(found, "some", "accentuation")

    assert some["machine"]["value"] == pytest.approx(1 / 3, abs=0.05)
    interval = some["people_where_wrong"]["interval"]
    assert interval["low"] < 0.9 < interval["high"]
    assert interval["generalizes_to"] == "both"
    assert some["error_consistency"]["value"] == pytest.approx(0, abs=0.15)
    n = [some[f"people_where_{side}"]["n_responses"] for side in ("right", "wrong")]
    assert sum(n) == some["n_responses"]


def test_only_a_machine_that_is_sometimes_right_can_be_a_covariate(
    found: dict[str, Any],
) -> None:
    fits = {fit["method"]: fit for fit in found["fits"]}

    assert fits["oracle"]["interval"] is None
    assert "the same for every response" in fits["oracle"]["reason"]
    interval = fits["some"]["interval"]
    assert interval["low"] < 0 < interval["high"]  # people do not follow it


def test_an_export_without_machines_says_so(typical: Analysis) -> None:
    found = typical.results["machine_baselines"]

    assert found["conditions"] == []
    assert "holds no answers of machines" in found["reason"]


def test_people_who_copy_a_machine_err_as_it_does() -> None:
    """4.14"""
    joined = pd.DataFrame(
        {
            "participant_id": ["copy"] * 6 + ["against"] * 6 + ["few"] * 2,
            "condition": "natural",
            "machine": (["machine_right"] * 3 + ["machine_wrong"] * 3) * 2
            + ["machine_right", TIED],
            "is_correct": [True] * 3 + [False] * 6 + [True] * 3 + [True, True],
        }
    )

    kappa = consistency_with_people(joined, min_common=4, conditions=["natural"])

    # In the order of the names: against, copy, few.
    assert kappa[:2].tolist() == [-1.0, 1.0]
    assert np.isnan(kappa[2])


def test_a_tie_is_neither_right_nor_wrong() -> None:
    responses = pd.DataFrame({"query_pair_id": ["a", "b"], "condition": "natural"})
    answers = responses.assign(
        method="centre",
        n_panel_tiles=8,
        prefers_high=pd.array([True, None], dtype="boolean"),
    )

    joined = with_machine(responses, answers, "centre")

    assert joined["machine"].tolist() == ["machine_right", TIED]


def test_a_changed_table_of_machines_is_refused(tmp_path: Path) -> None:
    tables = draw_tables(STUDY)
    tables["machine_answers"] = machine_table(tables, {"oracle": [True]})
    header = {"n_rows": {name: len(table) + 1 for name, table in tables.items()}}
    path = write_zip(tmp_path / "e.zip", tables, header=header)

    with pytest.raises(ExportFormatError, match=r"rows; export\.json says"):
        load_export(path)
