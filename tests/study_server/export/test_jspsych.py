"""The export under the names of jsPsych: scripts that laboratories have work on it."""

import io
import json
import zipfile

import pandas as pd
import pytest
from sqlalchemy import select

from study_server.db import Database
from study_server.errors import ExportError
from study_server.export.archive import stream_archive
from study_server.export.codebook import JSPSYCH_TABLES
from study_server.export.column import Column
from study_server.models import PageEvent, Study, StudySession, Trial
from tests.study_server.export.test_codebook import page_columns
from tests.study_server.export.zips import NOON, export
from tests.study_server.rows import MORNING, add_response, add_session, add_trial

ANSWERS = (
    ("practice", "left"),
    ("main", "left"),
    ("main", "right"),
    ("catch", "left"),
)
EVERY_COLUMN = [c for columns in JSPSYCH_TABLES.values() for c in columns]


@pytest.fixture
def filled(database: Database) -> Database:
    """Someone more, of three main trials and a catch trial, on one event each."""
    with database.write() as db:
        study = db.scalars(select(Study)).one()
        session = add_session(db, study, "d", slot_index=3)
        for index, (kind, choice) in enumerate(
            [
                ("practice", "left"),
                ("main", "left"),
                ("main", "right"),
                ("catch", "left"),
            ]
        ):
            trial = add_trial(db, session, index, trial_kind=kind)
            response = add_response(db, trial, choice=choice)
            response.rt_ms = 1000.5 + index * 1000
            db.add(blur(session, trial))
    return database


def blur(session: StudySession, trial: Trial) -> PageEvent:
    return PageEvent(
        session_id=session.session_id,
        trial_id=trial.trial_id,
        event="blurred",
        start_ms=100.4,
        duration_ms=50.2,
        started_at=MORNING,
        value=None,
    )


def tables(database: Database, sessions: str = "real") -> dict[str, pd.DataFrame]:
    archive = export(database, sessions, format_name="jspsych")
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        assert files.testzip() is None
        book = json.loads(files.read("codebook.json"))["tables"]
        found = {n: pd.read_csv(io.BytesIO(files.read(f"{n}.csv"))) for n in book}
    for name, table in found.items():
        assert list(table.columns) == list(book[name])
    return found


def test_a_laboratorys_script_for_jspsych_works_unchanged(filled: Database) -> None:
    """What such scripts do: filter, drop slow trials, average per subject (3.21)."""
    df = tables(filled)["jspsych"]

    df = df[df["trial_type"] == "image-button-response"]
    df = df[(df["rt"] > 200) & (df["rt"] < 10_000)]
    df["correct"] = df["correct"].astype(bool)
    accuracy = df.groupby("subject_id")["correct"].mean()
    median_rt = df.groupby("subject_id")["rt"].median()
    last = df.groupby("session_id")["time_elapsed"].max()
    first_image = df["stimulus"].map(json.loads).str[0]

    assert accuracy["p-d"] == 3 / 4
    assert median_rt["p-d"] == 2500  # of 1000, 2000, 3000 and 4000
    assert df.loc[df["subject_id"] == "p-d", "trial_index"].tolist() == [0, 1, 2, 3]
    assert last["d"] == 0  # stored in the very moment the session began
    assert first_image.str.len().eq(32).all()


def test_a_script_for_the_imi_study_works(filled: Database) -> None:
    """Its columns: practice and catch trials are told apart, sides undone (3.21)."""
    df = tables(filled)["jspsych"]
    df = df[df["subject_id"] == "p-d"]

    catch = df[df["catch_trial"]]
    main = df[~df["is_demo"] & ~df["catch_trial"]]
    chose_first = (main["response"] == "left") ^ main["switched_queries"]

    assert catch["correct"].tolist() == [True]
    assert main["confidence"].between(1, 3).all()
    assert main["mode"].unique().tolist() == ["natural"]
    assert (chose_first == main["correct"]).all()
    assert df[["layer", "channel", "model"]].isna().all(axis=None)  # no bundle there


def test_events_have_the_form_of_interaction_data(filled: Database) -> None:
    events = tables(filled)["jspsych_events"]

    assert events["trial"].tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert events["event"].tolist() == ["blur", "focus"] * 4
    assert events["time"].tolist() == [100, 151] * 4


def test_simulated_sessions_and_previews_are_left_out(filled: Database) -> None:
    with filled.write() as db:
        study = db.scalars(select(Study)).one()
        looked_at = add_session(db, study, "e", slot_index=4)
        looked_at.is_preview = True
        add_response(db, add_trial(db, looked_at, 0))

    found = {name: set(tables(filled, name)["jspsych"]["session_id"]) for name in NAMES}

    assert found == {
        "real": {"b", "d"},
        "simulated": {"c"},
        "all": {"b", "c", "d"},
        "preview": {"e"},
    }


NAMES = ("real", "simulated", "all", "preview")


@pytest.mark.parametrize("table", JSPSYCH_TABLES)
def test_the_page_names_the_columns_in_order(table: str) -> None:
    assert [column.name for column in JSPSYCH_TABLES[table]] == page_columns(table)


@pytest.mark.parametrize("column", EVERY_COLUMN)
def test_every_column_is_explained(column: Column) -> None:
    assert column.meaning.endswith(".")
    assert len(column.meaning) > 20


def test_a_format_that_is_not_offered_is_refused(database: Database) -> None:
    with database.read() as db:
        study = db.scalars(select(Study)).one()
        with pytest.raises(ExportError, match="csv, jsonl, parquet, psych-ds, jspsych"):
            stream_archive(
                db, study, sessions="all", exported_at=NOON, format_name="spss"
            )
