"""An export as a Psych-DS dataset keeps the rules of the standard."""

import json

import pytest

from study_server.db import Database
from study_server.export.codebook import TABLES
from study_server.export.psych_ds import data_file
from tests.study_server.export.psych_ds_rules import (
    DESCRIPTION,
    faults,
    faults_of_name,
)
from tests.study_server.export.zips import export, files_of


def test_a_dataset_keeps_the_rules_of_the_standard(database: Database) -> None:
    """7.8: names of files, description and headers."""
    files = files_of(export(database, format_name="psych-ds"))

    assert faults(files) == []
    assert {n for n in files if n.startswith("data/")} == {
        data_file("demo", table) for table in TABLES
    }


def test_its_tables_are_those_of_the_other_export(database: Database) -> None:
    files = files_of(export(database, format_name="psych-ds"))
    tables = files_of(export(database))

    for table in TABLES:
        assert files[data_file("demo", table)] == tables[f"{table}.csv"]


def test_a_variable_is_described_with_unit_range_and_levels(
    database: Database,
) -> None:
    files = files_of(export(database, format_name="psych-ds"))
    described = json.loads(files[DESCRIPTION])["variableMeasured"]
    found = {variable["name"]: variable for variable in described}

    assert found["rt_ms"]["unitText"] == "ms"
    assert (found["confidence"]["minValue"], found["confidence"]["maxValue"]) == (1, 3)
    assert found["choice"]["valuePattern"] == "left|right"
    assert "apostrophe" in found["strategy"]["description"]


@pytest.mark.parametrize("study_id", ["demo", "my-study-2"])
def test_a_studys_hyphens_do_not_break_the_names(study_id: str) -> None:
    name = data_file(study_id, "trials").removeprefix("data/")

    assert list(faults_of_name(name)) == []


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda f: f.pop(DESCRIPTION), "there is no dataset_description.json"),
        (lambda f: f.update({"data/my file.csv": b"a\n"}), "is not made of keywords"),
        (lambda f: f.update({"data/study-a_data.csv": b"new\n1\n"}), "lacks"),
        (lambda f: f.update({"data/study-a_data.csv": b"choice\n1,2\n"}), "cells"),
    ],
)
def test_the_rules_find_what_breaks_them(
    database: Database, spoil: object, fault: str
) -> None:
    files = files_of(export(database, format_name="psych-ds"))
    assert callable(spoil)
    spoil(files)

    assert fault in " ".join(faults(files))
