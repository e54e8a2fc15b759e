"""The schema, the database's columns and the page for people say the same."""

import re
from pathlib import Path

import pytest

from study_server.export.bundle_rows import BUNDLE_TABLES
from study_server.export.codebook import TABLES, codebook
from study_server.export.column import Column
from study_server.export.tables import STATEMENTS
from study_server.models import FreedBy, Outcome, OutcomeReason, Stage, TrialKind

PAGE = Path(__file__).parents[3] / "study_server" / "EXPORT_FORMAT.md"
EVERY_COLUMN = [column for columns in TABLES.values() for column in columns]
TYPES = {"text", "integer", "number", "boolean", "timestamp"}


def page_columns(table: str) -> list[str]:
    """Column names of the page's section on a table, brackets left out."""
    section = PAGE.read_text().split(f"## {table}.csv")[1].split("\n## ")[0]
    return re.findall(r"`(\w+)`", re.sub(r"\([^()]*\)", "", section))


@pytest.mark.parametrize("table", TABLES)
def test_the_page_names_the_columns_of_the_schema_in_order(table: str) -> None:
    assert [column.name for column in TABLES[table]] == page_columns(table)


def test_every_table_is_read_from_the_database_or_from_bundles() -> None:
    assert {*STATEMENTS, *BUNDLE_TABLES} == {*TABLES}


@pytest.mark.parametrize("table", STATEMENTS)
def test_every_column_of_the_schema_is_read_from_the_database(table: str) -> None:
    assert len(STATEMENTS[table]().selected_columns) == len(TABLES[table])


@pytest.mark.parametrize("column", EVERY_COLUMN)
def test_every_column_is_explained(column: Column) -> None:
    assert column.type in TYPES
    assert column.meaning.endswith(".")
    assert len(column.meaning) > 20
    assert bool(column.unit) or not column.name.endswith(("_ms", "_px"))


@pytest.mark.parametrize("column", EVERY_COLUMN)
def test_text_that_people_or_bundles_wrote_is_guarded(column: Column) -> None:
    from_outside = {
        "bundle_id",
        "class_label",
        "feature_id",
        "query_pair_id",
        "strategy",
        "freed_note",
        "submission_status",
        "answer",
        "consent",
        "submission",
        "body",
        "reason",
    }

    assert column.formula_guard == (column.name in from_outside)


def test_a_column_of_several_tables_means_the_same_in_each() -> None:
    meanings = {(column.name, column.meaning) for column in EVERY_COLUMN}

    assert len(meanings) == len({column.name for column in EVERY_COLUMN})


def test_levels_are_those_of_the_database() -> None:
    levels = {column.name: column.levels for column in EVERY_COLUMN}

    assert levels["stage"] == tuple(Stage)
    assert levels["outcome"] == tuple(Outcome)
    assert levels["outcome_reason"] == tuple(OutcomeReason)
    assert levels["freed_by"] == tuple(FreedBy)
    assert levels["trial_kind"] == tuple(TrialKind)


def test_the_codebook_has_the_form_the_page_promises() -> None:
    tables = codebook()["tables"]

    assert isinstance(tables, dict)
    assert tables["responses"]["confidence"] == {
        "type": "integer",
        "unit": None,
        "levels": None,
        "range": [1, 3],
        "missing": "",
        "formula_guard": False,
        "meaning": "Confidence in the choice: 1 low, 3 high; missing in ratings.",
    }
