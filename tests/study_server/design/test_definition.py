from pathlib import Path
from typing import Any

import pytest

from study_server.design.definition import (
    parse_definition,
    read_definition,
)
from study_server.design.fit import check_fit
from study_server.errors import DefinitionError
from tests.study_server.design.bundles import nominal_bundle
from tests.study_server.study_fixture import definition_values, tiny_definition

DEMO = Path(__file__).parents[3] / "study_server" / "demo" / "study.toml"


def test_the_demo_study_is_valid() -> None:
    definition = read_definition(DEMO)

    assert definition.study.study_id == "demo"
    assert definition.design.n_panel_tiles == 8


def test_every_fault_is_listed_at_once() -> None:
    values = definition_values(
        study={"study_id": "Not Good", "n_slots": 0, "colour": "red"},
        design={"conditions": ["natural", "nature"]},
    )

    with pytest.raises(DefinitionError) as caught:
        parse_definition(values, name="study.toml")

    for place in ("study.study_id", "study.n_slots", "study.colour", "'nature'"):
        assert place in str(caught.value)
    assert "4 faults" in str(caught.value)


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ({"features": ["a", "b", "c"]}, "leave out 3 or add 1"),
        ({"features": ["a", "b", "c", "logit:feature-0"]}, "used in practice"),
        ({"features": ["a", "a", "b", "c"]}, "named twice"),
        ({"strata": {"near": 1}}, "make them equal"),
        ({"n_panel_tiles": 7}, "multiple of 2"),
        ({"conditions": ["natural", "natural"]}, "named twice"),
        ({"practice_features": []}, "at least 1 item"),
        ({"practice_features": ["a", "b", "c", "d", "e"]}, "name fewer"),
    ],
)
def test_a_design_that_cannot_be_is_refused_with_its_remedy(
    design: dict[str, Any], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words):
        tiny_definition(design=design)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"name": "mood"}, "no rule 'mood'"),
        ({"name": "catch", "minimum": 3}, "takes no 'minimum'"),
        ({"name": "catch", "min_correct": "3"}, "must be a number"),
        ({"name": "catch", "min_correct": float("nan")}, "must be a number"),
        ({"name": "catch", "min_correct": 10**400}, "must be a number"),
    ],
)
def test_an_unknown_exclusion_rule_is_refused(rule: dict[str, Any], words: str) -> None:
    values = definition_values() | {"exclusions": [rule]}

    with pytest.raises(DefinitionError, match=words):
        parse_definition(values, name="study.toml")


def test_a_definition_survives_the_trip_through_plain_values() -> None:
    definition = tiny_definition()

    again = parse_definition(definition.to_dict(), name="export")

    assert again == definition
    assert again.sha256 == definition.sha256
    assert tiny_definition(study={"n_slots": 9}).sha256 != definition.sha256


@pytest.mark.parametrize("content", [b"[study", b"\xff\xfe", b"a = " + 5000 * b"1"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "study.toml"
    path.write_bytes(content)

    with pytest.raises(DefinitionError, match="not TOML"):
        read_definition(path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        read_definition(tmp_path / "study.toml")


@pytest.mark.parametrize(
    ("design", "words"),
    [
        ({"features": ["f2", "f3", "f4", "f99"]}, "names 6 .* bundle has 6.*f99"),
        ({"n_panel_tiles": 12}, "needs 6 seed_images.*bundle has 2"),
        ({"n_query_pairs": 3}, "n_query_pairs = 3.*has 2"),
        ({"practice_features": ["f0"]}, "5 main features"),
    ],
)
def test_a_study_that_asks_for_more_than_the_bundle_has_is_refused(
    design: dict[str, Any], words: str
) -> None:
    base = {"practice_features": ["f0", "f1"], "n_panel_tiles": 4}
    definition = tiny_definition(design=base | design)

    with pytest.raises(DefinitionError, match=words):
        check_fit(definition, nominal_bundle(6, 2))
