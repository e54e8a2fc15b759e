"""A preview walks any language, condition and stage, and touches no data (7.4)."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from study_server import create_app
from study_server.bundle import read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import parse_definition
from study_server.errors import DefinitionError
from study_server.export.tables import count_sessions
from study_server.models import Response, Study, StudySession, Trial
from study_server.preview.scratch import scratch_study
from study_server.preview.start_page import conditions_of
from study_server.preview.targets import TARGETS
from study_server.services.bundles import copy_bundle
from study_server.services.monitor import progress
from study_server.services.responses import is_late
from study_server.services.studies import definition_of
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import make_study
from tests.study_server.truth.task_studies import (
    TASKS,
    study_id_of,
    task_values,
    write_task_bundle,
)

START = "/s/-/"
LANGUAGES = {"languages": {"offered": ["en", "de"]}}


class Viewer(Visitor):
    """A researcher's browser on a preview."""

    def choose(self, **wish: str) -> TestResponse:
        """Ask on the start page for a place; returns what comes there."""
        page = self._note(self.client.get(START))
        assert page.status_code == 200
        answer = self.client.post(START, data={"csrf_token": self.csrf_token, **wish})
        if answer.status_code != 303:
            return answer
        return self._note(self.client.get(answer.location))


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_task_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module", params=TASKS)
def app(bundle: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    values = task_values(request.param, **LANGUAGES)
    values["design"] |= {"none_share": 0.0, "none_after_slots": 2}
    definition = parse_definition(values, name="study.toml")
    with scratch_study(definition, bundle) as config:
        yield create_app(config)
        folder = config.data_dir
    assert not folder.exists()


@pytest.fixture
def viewer(app: Flask) -> Viewer:
    with database_of(app).read() as db:
        study_id = db.scalars(select(Study.study_id)).one()
    return Viewer(app, f"/s/{study_id}")


def database_of(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@pytest.mark.parametrize("app", TASKS[:1], indirect=True)
@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize("language", ["en", "de"])
def test_every_stage_and_every_end_can_be_seen_in_every_language(
    viewer: Viewer, name: str, language: str
) -> None:
    page = viewer.choose(target=name, language=language, slot="3")

    assert page.status_code == 200
    assert f'<html lang="{language}"'.encode() in page.data
    assert START.encode() in page.data  # the way back


def test_the_first_trial_has_the_condition_asked_for(
    app: Flask, viewer: Viewer
) -> None:
    """Those of the group without panels, too, which begins at another slot."""
    with database_of(app).read() as db:
        conditions = conditions_of(definition_of(db.scalars(select(Study)).one()))
    assert conditions[-1] == "none"
    for condition in conditions:
        page = viewer.choose(target="main", condition=condition, slot="0")
        assert page.status_code == 200
        trial_id = viewer.trial()["trial_id"]
        with database_of(app).read() as db:
            trial = db.get_one(Trial, trial_id)
            assert (trial.trial_kind, trial.condition) == ("main", condition)


def test_a_preview_goes_on_to_the_end_as_a_session_does(viewer: Viewer) -> None:
    viewer.choose(target="main")
    while "next" not in (trial := viewer.trial()):
        assert viewer.answer(trial).status_code == 200

    assert b"CODE-7K2" in viewer.finish().data


def test_previews_hold_no_slot_and_count_nowhere(app: Flask, viewer: Viewer) -> None:
    for _ in range(3):
        viewer.choose(target="completed", slot="0")
    with database_of(app).read() as db:
        session = db.scalars(select(StudySession).limit(1)).one()

    assert session.is_preview
    assert (session.holds_slot, session.is_surplus) == (False, False)
    assert not is_late(session, session.created_at)
    study_id = viewer.base.removeprefix("/s/")
    with database_of(app).read() as db:
        counts = progress(db, study_id)
        assert (
            sum(c.real + c.simulated for c in (*counts.stages, *counts.outcomes)) == 0
        )
        assert counts.responses.real == 0
        assert count_sessions(db, study_id, sessions="all") == 0
        assert count_sessions(db, study_id, sessions="preview") >= 3
        assert db.scalars(select(func.count(Response.response_id))).one() > 0


def test_a_real_servers_data_stay_as_they_are_to_the_byte(
    tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)
    copy_bundle(read_bundle(bundle), config.bundles_dir)
    monkeypatch.setenv("STUDY_SERVER_DATA", str(config.data_dir))
    before = fingerprints(config.data_dir)

    definition = parse_definition(task_values(TASKS[0]), name="study.toml")
    with scratch_study(definition, bundle) as scratch:
        viewer = Viewer(create_app(scratch), f"/s/{study_id_of(TASKS[0])}")
        viewer.choose(target="completed")

    assert len(before) > 10
    assert fingerprints(config.data_dir) == before


def test_a_server_of_real_people_has_no_such_page(tmp_path: Path) -> None:
    config = ServerConfig(data_dir=tmp_path / "data")
    config.data_dir.mkdir()
    make_study(config, tmp_path)

    page = create_app(config).test_client().get(START)

    assert page.status_code == 404


def test_a_study_that_does_not_fit_its_bundle_is_refused(bundle: Path) -> None:
    values = task_values("two_alternative", study={}, catch={"per_block": 0})
    values["design"]["n_query_pairs"] = 50

    with (
        pytest.raises(DefinitionError),
        scratch_study(parse_definition(values, name="x"), bundle),
    ):
        raise AssertionError("there is no such study")


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
