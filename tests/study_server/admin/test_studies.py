"""What a researcher sees of a study, and can do to it."""

import io
import zipfile

import pytest
from flask.testing import FlaskClient

from study_server.db import Database
from study_server.services.studies import get_study
from tests.study_server.admin.conftest import submit
from tests.study_server.rows import add_response, add_session, add_study, add_trial


def status(database: Database) -> str:
    with database.read() as db:
        return get_study(db, "demo").status


def test_the_study_page_shows_link_counts_and_actions(ada: FlaskClient) -> None:
    page = ada.get("/admin/studies/demo").text

    assert "http://localhost/s/demo/" in page
    assert "Running sessions" in page
    assert "natural" in page
    assert "Pause" in page


def test_nothing_on_the_page_depends_on_who_was_right(
    ada: FlaskClient, database: Database
) -> None:
    with database.write() as db:
        session = add_session(db, add_study(db, "right"), "r")
        add_response(db, add_trial(db, session, 0), choice="left")
        session = add_session(db, add_study(db, "wrong"), "w")
        add_response(db, add_trial(db, session, 0), choice="right")

    right = ada.get("/admin/studies/right").text.split("Progress")[1]
    wrong = ada.get("/admin/studies/wrong").text.split("Progress")[1]

    assert right == wrong


@pytest.mark.parametrize("new_status", ["paused", "closed", "open"])
def test_a_change_of_status_is_confirmed_first(
    ada: FlaskClient, database: Database, new_status: str
) -> None:
    path = f"/admin/studies/demo/status/{new_status}"

    assert ada.get(path).status_code == 200
    assert status(database) == "open"

    assert submit(ada, path) == 303
    assert status(database) == new_status


@pytest.mark.parametrize(
    "path",
    [
        "/admin/studies/none",
        "/admin/studies/none/export.zip",
        "/admin/studies/none/status/paused",
        "/admin/studies/demo/status/deleted",
        "/admin/studies/demo/export.zip?sessions=some",
    ],
)
def test_addresses_of_nothing_are_not_found(ada: FlaskClient, path: str) -> None:
    assert ada.get(path).status_code == 404


@pytest.mark.parametrize(
    ("sessions", "exported"),
    [("real", ["a"]), ("simulated", ["s"]), ("all", ["a", "s"])],
)
def test_the_export_is_downloaded_as_a_zip(
    ada: FlaskClient, sessions: str, exported: list[str]
) -> None:
    answer = ada.get(f"/admin/studies/demo/export.zip?sessions={sessions}")

    assert answer.mimetype == "application/zip"
    assert f"demo-{sessions}-" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as files:
        rows = files.read("participants.csv").decode().splitlines()[1:]
    assert [row.split(",")[0] for row in rows] == exported


def test_the_export_can_have_the_names_of_jspsych(ada: FlaskClient) -> None:
    answer = ada.get("/admin/studies/demo/export.zip?format=jspsych")

    assert "demo-real-jspsych-" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as files:
        assert {"jspsych.csv", "jspsych_events.csv"} < set(files.namelist())
    assert ada.get("/admin/studies/demo/export.zip?format=spss").status_code == 404


def test_what_a_definition_says_is_never_run(
    ada: FlaskClient, database: Database
) -> None:
    with database.write() as db:
        add_study(db, "evil", title="<script>alert(1)</script>")

    assert "<script>" not in ada.get("/admin/").text
    assert "<script>" not in ada.get("/admin/studies/evil").text


def test_a_study_that_is_not_there_is_told(ada: FlaskClient) -> None:
    assert ada.get("/admin/studies/gone").status_code == 404
