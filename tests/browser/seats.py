"""Browsers placed right before their trials, without the pages that come first."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from playwright.sync_api import BrowserContext
from sqlalchemy import delete, select

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import StudyDefinition
from study_server.models import Appearance, PageEvent, Response, Stage, Trial
from study_server.participant.secret import COOKIE_NAME
from study_server.services.bundles import load_bundle
from study_server.services.enrolment import enrol
from study_server.services.studies import get_study
from tests.browser.server_process import ServerProcess
from tests.study_server.study_fixture import STUDY_ID, make_study

SETTLES_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Seat:
    """One session that stands at its trials."""

    url: str
    session_id: str


@dataclass(frozen=True, kw_only=True)
class Hall:
    """A server with one study, and its database."""

    config: ServerConfig
    process: ServerProcess

    def seat(self, context: BrowserContext, *, has_practice: bool = False) -> Seat:
        """Start a session for the browser; without practice, it starts at trial 1."""
        with self.database() as database, database.write() as db:
            study = get_study(db, STUDY_ID)
            bundle = load_bundle(self.config.bundles_dir, study.bundle_id)
            now = datetime.now(UTC)
            enrolment = enrol(db, study, bundle, started_at=now, rng=Random())
            session = enrolment.session
            session.stage = Stage.PRACTICE if has_practice else Stage.MAIN
            if not has_practice:
                mine = Trial.session_id == session.session_id
                db.execute(delete(Trial).where(mine, Trial.block_index.is_(None)))
            session_id = session.session_id
        base = f"{self.process.url}/s/{STUDY_ID}/"
        token = enrolment.token
        context.add_cookies([{"name": COOKIE_NAME, "value": token, "url": base}])
        return Seat(url=f"{base}trial", session_id=session_id)

    def change_task(self, seat: Seat, task: str) -> None:
        """Make all trials of the session such of another task."""
        with self.database() as database, database.write() as db:
            mine = Trial.session_id == seat.session_id
            for trial in db.scalars(select(Trial).where(mine)):
                trial.task = task
                shown = select(Appearance).where(Appearance.trial_id == trial.trial_id)
                left, right = (
                    db.scalars(shown.where(Appearance.place == place)).one()
                    for place in ("left", "right")
                )
                if task == "rating":
                    db.delete(right)
                    trial.correct_option = None
                if task == "occlusion":
                    db.add(
                        Appearance(
                            image_id=left.image_id[::-1],
                            trial_id=trial.trial_id,
                            place="reference",
                            stimulus_id=left.stimulus_id,
                        )
                    )

    def responses(self, seat: Seat) -> list[Response]:
        """What is stored of a session, in the order shown, once no more comes in.

        Pages go on before an answer is stored; it is on its way for some milliseconds.
        """
        mine = Trial.session_id == seat.session_id
        query = select(Response).join(Trial).where(mine)
        rows: list[Response] | None = None
        with self.database() as database:
            while True:
                with database.read() as db:
                    found = list(db.scalars(query.order_by(Trial.presentation_index)))
                if rows is not None and len(found) == len(rows):
                    return found
                rows = found
                time.sleep(SETTLES_S)

    def events(self, seat: Seat) -> list[PageEvent]:
        """The session's page events, by their beginning."""
        mine = PageEvent.session_id == seat.session_id
        query = select(PageEvent).where(mine).order_by(PageEvent.start_ms)
        with self.database() as database, database.read() as db:
            return list(db.scalars(query))

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database, closed again."""
        database = Database(self.config.resolved_database_url)
        yield database
        database.close()


@contextmanager
def open_hall(
    folder: Path, definition: StudyDefinition, **bundle_options: int
) -> Iterator[Hall]:
    """Make the study in a new folder and serve it."""
    config = ServerConfig(data_dir=folder / "data")
    config.data_dir.mkdir(parents=True)
    make_study(config, folder, definition, **bundle_options)
    process = ServerProcess(config.data_dir)
    process.start()
    yield Hall(config=config, process=process)
    process.kill()
