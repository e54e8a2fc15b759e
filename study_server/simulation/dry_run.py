"""A dry run: simulated participants take a study in a sandbox.

The sandbox is a data folder of its own with a server of its own in this process; the
study's database is only read, and nothing is left behind.
"""

import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import func, select
from werkzeug.serving import WSGIRequestHandler, make_server

from study_server.bundle import Bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import StudyDefinition
from study_server.errors import SimulationError
from study_server.models import ImportedBundle, Response, StudySession, Trial
from study_server.services.studies import create_study
from study_server.services.verification import verify_chains
from study_server.simulation.config import observers_from, read_content
from study_server.simulation.run import SimulationConfig, simulate

OBSERVERS = Path(__file__).parent.parent / "demo" / "observers.toml"
MAX_SESSIONS = 50


class SilentHandler(WSGIRequestHandler):
    """Nobody reads what the sandbox was asked for."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class DryRun(NamedTuple):
    """What came out; all of it is simulated."""

    n_completed: int
    outcomes: dict[str, int]
    """How sessions ended to how many."""

    n_responses: int
    conditions: dict[str, int]
    """Condition to its answered main trials."""

    is_sound: bool
    """Every answer is stored as it was sent."""


def dry_run(
    definition: StudyDefinition,
    bundle: Bundle,
    *,
    n_sessions: int,
    make_app: Callable[[ServerConfig], Flask],
    observers: Path = OBSERVERS,
) -> DryRun:
    """Let so many simulated participants go through the study.

    Args:
        bundle: an imported one.
        make_app: makes the sandbox's application.

    Raises:
        SimulationError: a session failed, or the number is out of range.
    """
    if not 1 <= n_sessions <= MAX_SESSIONS:
        raise SimulationError(
            f"a dry run has 1 to {MAX_SESSIONS} sessions; got {n_sessions}"
        )
    with tempfile.TemporaryDirectory(prefix="study-dry-run-") as scratch:
        config = ServerConfig(data_dir=Path(scratch), min_free_bytes=0)
        config.bundles_dir.mkdir()
        (config.bundles_dir / bundle.bundle_id).symlink_to(bundle.folder.resolve())
        database = Database(config.resolved_database_url)
        try:
            _fill(database, definition, bundle)
            with _serving(make_app(config)) as url:
                simulate(
                    SimulationConfig(
                        study_id=definition.study.study_id,
                        url=url,
                        n_sessions=n_sessions,
                        bundles_dir=config.bundles_dir,
                        simulation_key=config.simulation_key(),
                    ),
                    observers_from(read_content(observers), name=str(observers)),
                    database,
                )
            return _count(database, n_completed=n_sessions)
        finally:
            database.close()


def _fill(database: Database, definition: StudyDefinition, bundle: Bundle) -> None:
    now = datetime.now(UTC)
    database.prepare()
    with database.write() as db:
        db.add(
            ImportedBundle(
                bundle_id=bundle.bundle_id,
                manifest_sha256=bundle.manifest_sha256,
                imported_at=now,
            )
        )
        db.flush()
        create_study(db, definition, bundle, created_at=now)


@contextmanager
def _serving(app: Flask) -> Iterator[str]:
    """A server in a thread of this process, on a free port of this machine."""
    server = make_server(
        "127.0.0.1", 0, app, threaded=True, request_handler=SilentHandler
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["database"].close()


def _count(database: Database, *, n_completed: int) -> DryRun:
    with database.read() as db:
        ends = Counter(
            outcome or "running" for outcome in db.scalars(select(StudySession.outcome))
        )
        conditions: Any = db.execute(
            select(Trial.condition, func.count())
            .join(Response)
            .where(Trial.trial_kind == "main")
            .group_by(Trial.condition)
            .order_by(Trial.condition)
        )
        found = verify_chains(db)
        return DryRun(
            n_completed=n_completed,
            outcomes=dict(sorted(ends.items())),
            n_responses=found.n_responses,
            conditions=dict(conditions.all()),
            is_sound=found.is_sound,
        )
