"""2.6: what is stored of a plan is enough to draw it again."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.schedule import DESIGN_VERSION, draw_plan
from study_server.models import Appearance, StudySession, Trial
from study_server.services.enrolment import enrol, plan_session
from study_server.services.plans import places, planned_values
from study_server.services.studies import definition_of, get_study
from tests.study_server.study_fixture import NOON, STUDY_ID, make_study


@pytest.fixture
def database(tmp_path: Path, database_url: str) -> Iterator[Database]:
    (tmp_path / "data").mkdir()
    config = ServerConfig(data_dir=tmp_path / "data", database_url=database_url)
    bundle = make_study(config, tmp_path)
    opened = Database(config.resolved_database_url)
    with opened.write() as db:
        study = get_study(db, STUDY_ID)
        session = enrol(db, study, started_at=NOON, rng=Random(5)).session
        plan_session(db, session, study, bundle, rng=Random(6))
    yield opened
    opened.close()


def test_the_stored_plan_is_drawn_again_from_its_seed(
    database: Database, tmp_path: Path
) -> None:
    bundle = make_study(
        ServerConfig(data_dir=tmp_path / "data"), Path(f"{tmp_path}/again")
    )

    with database.read() as db:
        session = db.scalars(select(StudySession)).one()
        stored = db.scalars(select(Trial).order_by(Trial.trial_index)).all()
        plan = draw_plan(
            definition_of(get_study(db, STUDY_ID)),
            bundle,
            slot_index=session.slot_index,
            rng=Random(session.rng_seed),
        )

        assert session.design_version == DESIGN_VERSION
        assert len(plan) == len(stored)
        for trial, planned in zip(stored, plan, strict=True):
            for name, value in planned_values(planned).items():
                expected = list(value) if isinstance(value, tuple) else value
                assert getattr(trial, name) == expected


def test_every_image_of_a_trial_has_a_place_and_an_id_of_its_own(
    database: Database,
) -> None:
    with database.read() as db:
        appearances = db.scalars(select(Appearance)).all()
        trials = db.scalars(select(Trial)).all()

        stored = {(a.trial_id, a.place): a.stimulus_id for a in appearances}
        assert stored == {
            (trial.trial_id, place): stimulus_id
            for trial in trials
            for place, stimulus_id in places(trial).items()
        }
        assert len({a.image_id for a in appearances}) == len(appearances)
