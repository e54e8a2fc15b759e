"""Browsers placed right before their trials, without the pages that come first."""

from datetime import UTC, datetime
from random import Random

from playwright.sync_api import BrowserContext
from sqlalchemy import delete

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.models import Stage, Trial
from study_server.participant.sitting import COOKIE_NAME
from study_server.services.bundles import load_bundle
from study_server.services.enrolment import enrol
from study_server.services.studies import get_study
from tests.browser.server_process import ServerProcess
from tests.study_server.study_fixture import STUDY_ID


def take_seat(
    context: BrowserContext,
    server: ServerProcess,
    config: ServerConfig,
    *,
    has_practice: bool = False,
) -> str:
    """Start a session for the browser; returns the address of its trials."""
    database = Database(config.resolved_database_url)
    with database.write() as db:
        study = get_study(db, STUDY_ID)
        bundle = load_bundle(config.bundles_dir, study.bundle_id)
        enrolment = enrol(db, study, bundle, started_at=datetime.now(UTC), rng=Random())
        session = enrolment.session
        session.stage = Stage.PRACTICE if has_practice else Stage.MAIN
        if not has_practice:
            in_practice = Trial.block_index.is_(None)
            mine = Trial.session_id == session.session_id
            db.execute(delete(Trial).where(mine, in_practice))
    database.close()
    url = f"{server.url}/s/{STUDY_ID}"
    token = enrolment.token
    context.add_cookies([{"name": COOKIE_NAME, "value": token, "url": f"{url}/"}])
    return f"{url}/trial"
