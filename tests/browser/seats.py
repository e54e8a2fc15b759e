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
from study_server.endurance.server import ServerProcess
from study_server.models import PageEvent, Response, Stage, Trial
from study_server.participant.secret import COOKIE_NAME
from study_server.participant.sitting import COOKIE_MAX_AGE_S
from study_server.services.bundles import load_bundle
from study_server.services.enrolment import enrol, plan_session
from study_server.services.recognition import find_session
from study_server.services.studies import get_study
from tests.browser.studies import BUNDLE
from tests.study_server.study_fixture import STUDY_ID, make_studies, make_study

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

    def seat(
        self,
        context: BrowserContext,
        *,
        has_practice: bool = False,
        study_id: str = STUDY_ID,
    ) -> Seat:
        """Start a session for the browser; without practice, it starts at trial 1."""
        with self.database() as database, database.write() as db:
            study = get_study(db, study_id)
            bundle = load_bundle(self.config.bundles_dir, study.bundle_id)
            now = datetime.now(UTC)
            enrolment = enrol(db, study, started_at=now, rng=Random())
            plan_session(db, enrolment.session, study, bundle, rng=Random())
            session = enrolment.session
            session.stage = Stage.PRACTICE if has_practice else Stage.MAIN
            if not has_practice:
                mine = Trial.session_id == session.session_id
                db.execute(delete(Trial).where(mine, Trial.block_index.is_(None)))
            session_id = session.session_id
        base = f"{self.process.url}/s/{study_id}/"
        token = enrolment.token
        context.add_cookies(
            [
                {
                    "name": COOKIE_NAME,
                    "value": token,
                    "url": base,
                    "expires": time.time() + COOKIE_MAX_AGE_S,
                }
            ]
        )
        return Seat(url=f"{base}trial", session_id=session_id)

    def taken_seat(self, context: BrowserContext, study_id: str) -> Seat:
        """The seat of a browser that started its session by itself."""
        url = f"{self.process.url}/s/{study_id}/"
        cookies = {each.get("name"): each.get("value") for each in context.cookies(url)}
        with self.database() as database, database.read() as db:
            session = find_session(db, study_id, str(cookies[COOKIE_NAME]))
            assert session is not None
            return Seat(url=f"{url}trial", session_id=session.session_id)

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
    config = new_config(folder)
    make_study(config, folder, definition, **bundle_options)
    with serve(config) as hall:
        yield hall


@contextmanager
def open_studies(
    folder: Path, definitions: list[StudyDefinition], **bundle_options: int
) -> Iterator[Hall]:
    """Make several studies on one bundle and serve them."""
    config = new_config(folder)
    make_studies(config, folder, definitions, **{**BUNDLE, **bundle_options})
    with serve(config) as hall:
        yield hall


@contextmanager
def serve(config: ServerConfig) -> Iterator[Hall]:
    """A server process, gone afterwards."""
    process = ServerProcess(config.data_dir)
    process.start()
    yield Hall(config=config, process=process)
    process.kill_all()


def new_config(folder: Path) -> ServerConfig:
    """Of a server whose data folder is there, and empty."""
    config = ServerConfig(data_dir=folder / "data")
    config.data_dir.mkdir(parents=True)
    return config
