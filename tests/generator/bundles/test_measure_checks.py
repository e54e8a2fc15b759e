"""Distances and machine answers that are none are named (1.11, 1.12)."""

from typing import Any

import pytest

from generator.bundles.measure_checks import find_measure_faults

STIMULI: dict[str, dict[str, Any]] = {"query": {}, "tile": {}}
DISTANCE = {"stimulus_id": "query", "tile_stimulus_id": "tile", "distance": 0.5}
ANSWER = {"method": "clip", "condition": None, "high_score": 1, "low_score": 0.5}


def faults_of(
    *, distances: list[Any] | None = None, answers: list[Any] | None = None
) -> list[str]:
    pair = {"query_pair_id": "p1", "machine_answers": answers or []}
    feature = {"feature_id": "logit:brick", "query_distances": distances or []}
    manifest = {"features": [feature], "query_pairs": [pair]}
    return [*find_measure_faults(manifest, STIMULI)]


def test_what_the_page_describes_has_no_fault() -> None:
    beside_a_panel = {**ANSWER, "condition": "natural"}

    assert faults_of(distances=[DISTANCE], answers=[ANSWER, beside_a_panel]) == []


def test_bundles_from_before_there_were_any_have_no_fault() -> None:
    manifest = {
        "features": [{"feature_id": "logit:brick"}],
        "query_pairs": [{"query_pair_id": "p1"}],
    }

    assert [*find_measure_faults(manifest, STIMULI)] == []


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ({**DISTANCE, "tile_stimulus_id": "x"}, "names an unknown stimulus 'x'"),
        ({**DISTANCE, "distance": -0.1}, "a number from 0; got -0.1"),
        ({**DISTANCE, "distance": float("nan")}, "a number from 0; got nan"),
        ({"stimulus_id": "query"}, "must have distance, stimulus_id"),
    ],
)
def test_a_distance_that_is_none_is_named(row: dict[str, Any], fault: str) -> None:
    (found,) = faults_of(distances=[row])

    assert found.startswith("logit:brick.query_distances")
    assert fault in found


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        ([ANSWER, ANSWER], "two machine answers of 'clip'"),
        ([{**ANSWER, "high_score": True}], "high_score must be a finite number"),
        ([{**ANSWER, "low_score": float("inf")}], "low_score must be a finite number"),
        ([{"method": "clip"}], "must have condition, high_score"),
    ],
)
def test_an_answer_that_is_none_is_named(rows: list[Any], fault: str) -> None:
    (found,) = faults_of(answers=rows)

    assert found.startswith("query pair p1")
    assert fault in found
