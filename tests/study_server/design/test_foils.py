"""1.9: foils are shown in at most 5 % of the trials, or in a study of their own."""

from pathlib import Path

import pytest

from study_server.design.definition import read_definition
from study_server.errors import DefinitionError
from tests.study_server.study_fixture import tiny_definition

FOIL = "accentuation_random_weights"
SOUND = """
[study]
study_id = "foils"
title = "T"
rng_seed = 1
n_slots = 4
estimated_minutes = 5
contact = "me"
completion_code = "C"

[design]
practice_features = ["f0"]
conditions = ["accentuation", "seed_only"]
foils = ["accentuation_random_weights"]
foil_share = 0.05
"""


def refusal(folder: Path, text: str) -> str:
    path = folder / "study.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        read_definition(path)
    return str(caught.value)


def test_more_foils_are_refused_with_the_line_and_the_remedy(tmp_path: Path) -> None:
    told = refusal(tmp_path, SOUND.replace("0.05", "0.1"))

    assert "line 15: design.foil_share: is 0.1, but at most 0.05" in told
    assert "lower it to 0.05" in told


def test_a_foil_among_other_conditions_is_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, SOUND.replace('"seed_only"', f'"{FOIL}"'))

    assert "line 13: design.conditions" in told
    assert "would be shown in 1 of 2 trials; at most 5 % may show one" in told
    assert "design.foils with foil_share = 0.05" in told


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ({"foils": [FOIL]}, "foils: goes with foil_share"),
        ({"foil_share": 0.02}, "foil_share: goes with foils"),
        ({"foils": ["natural"], "foil_share": 0.02}, "no foil 'natural'"),
        (
            {"foils": [FOIL], "foil_share": 0.02, "crossing": "between"},
            "go with crossing = 'lists'",
        ),
    ],
)
def test_foils_that_contradict_the_design_are_refused(
    design: dict[str, object], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words):
        tiny_definition(design=design)


def test_a_study_of_foils_alone_is_allowed() -> None:
    kinds = ["none", FOIL, "accentuation_random_feature"]

    definition = tiny_definition(design={"conditions": kinds})

    assert definition.design.conditions == tuple(kinds)
