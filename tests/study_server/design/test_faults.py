"""Every fault of a study.toml at once, each with its line and remedy."""

from pathlib import Path

import pytest

from study_server.design.definition import read_definition
from study_server.errors import DefinitionError

FAULTY = """\
[study]
study_id = "ok"
titel = "Misspelt"
rng_seed = 1
n_slots = 0
estimated_minutes = 5
contact = "me"

[design]
conditions = [
  "natural",
  "nature",
]
practice_features = ["a"]
task = "ratings"

[display]
layout = "panels_both_sides"

[catch]
per_block = 1
n_trials = 3

[[outcomes]]
name = "completed"
code = "A"

[[outcomes]]
name = "not_open"
code = "B"

[languages]
offered = ["en", "fr"]

[colours]
"""
MISFIT = """\
[study]
study_id = "ok"
title = "T"
rng_seed = 1
n_slots = 4
estimated_minutes = 5
contact = "me"
completion_code = "A"

[design]
conditions = ["natural", "attribution"]
practice_features = ["a"]
n_panel_tiles = 7
has_negative_panel = true

[languages]
offered = ["de"]

[[questions]]
name = "age"
kind = "choice"
choices = ["young", "old"]
stage = "screening"

[[quotas]]
question = "age"
answer = "middle"
max_sessions = 5
"""


def refusal(folder: Path, text: str) -> str:
    path = folder / "study.toml"
    path.write_text(text)
    with pytest.raises(DefinitionError) as caught:
        read_definition(path)
    return str(caught.value)


@pytest.mark.parametrize(
    "words",
    [
        "line 1: study.title: is missing; add it. For participants",
        "line 3: study.titel: no key 'titel'; did you mean 'title'?",
        "line 5: study.n_slots: Input should be greater than or equal to 1; got 0",
        "line 10: design.conditions: no condition 'nature'; did you mean 'natural'?",
        "line 15: design.task: Input should be 'two_alternative', 'rating'",
        "line 20: catch: give per_block or n_trials, not both",
        "line 28: outcomes[2]: the outcome 'not_open' has no code",
        "texts.fr.consent: is missing; add it.",
        "line 35: colours: no table 'colours'",
    ],
)
def test_every_fault_has_its_line_and_remedy(tmp_path: Path, words: str) -> None:
    assert words in refusal(tmp_path, FAULTY)


def test_faults_stand_in_the_order_of_the_file(tmp_path: Path) -> None:
    numbers = [
        int(row.split()[1].rstrip(":"))
        for row in refusal(tmp_path, FAULTY).splitlines()
        if row.strip().startswith("line ")
    ]

    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    "words",
    [
        "line 13: design.n_panel_tiles: is 7, but 'attribution' shows tiles two by two",
        "line 14: design.has_negative_panel: is true, but 'attribution' has no images",
        "display.layout: 'panels_both_sides' goes with",
        "line 17: languages.offered: must hold the study's own language 'en'",
        "line 27: quotas[1].answer: no choice 'middle'",
        "texts.en.questions: has no words for the question 'age'",
    ],
)
def test_tables_are_checked_against_each_other(tmp_path: Path, words: str) -> None:
    assert words in refusal(tmp_path, MISFIT)
