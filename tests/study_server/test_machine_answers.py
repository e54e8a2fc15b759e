"""What a bundle may say of machines' answers (1.11)."""

from typing import Any

import pytest

from study_server.errors import BundleError
from study_server.json_table import Table
from study_server.machine_answers import MachineAnswer, machine_answers_of

CLIP = {"method": "clip", "condition": "natural", "high_score": 0.5, "low_score": 1}


def of_pair(*answers: Any) -> tuple[MachineAnswer, ...]:
    return machine_answers_of(Table({"machine_answers": list(answers)}, "pair"))


def test_answers_are_read_as_they_are_written() -> None:
    (answer,) = of_pair(CLIP)

    assert answer == MachineAnswer(
        method="clip", condition="natural", high_score=0.5, low_score=1.0
    )


def test_an_older_bundle_has_none() -> None:
    assert machine_answers_of(Table({}, "pair")) == ()


def test_a_method_may_answer_beside_several_panels() -> None:
    answers = of_pair(CLIP, {**CLIP, "condition": None}, {**CLIP, "method": "dino"})

    assert [(one.method, one.condition) for one in answers] == [
        ("clip", "natural"),
        ("clip", None),
        ("dino", "natural"),
    ]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([{**CLIP, "method": "CLIP!"}], "lower-case letters"),
        ([{**CLIP, "method": "similarity"}], "follows from query_distances"),
        ([{**CLIP, "high_score": "0.5"}], "high_score must be float"),
        ([{**CLIP, "low_score": float("inf")}], "low_score must be finite"),
        ([{**CLIP, "condition": 3}], "condition must be str"),
        ([CLIP, CLIP], "two of 'clip' \\(natural\\)"),
        ([None], "must be an object"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(
    answers: list[Any], words: str
) -> None:
    with pytest.raises(BundleError, match=f"^pair.*{words}"):
        of_pair(*answers)
