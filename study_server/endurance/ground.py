"""A server to be tried out, on data of its own that is gone afterwards. No Flask."""

import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.endurance.server import ServerProcess
from study_server.endurance.stimuli import write_plain_bundle
from study_server.endurance.study import endurance_study
from study_server.errors import StudyServerError
from study_server.models import Study
from study_server.scratch import fill


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """A server that is running, and ways past it."""

    config: ServerConfig
    server: ServerProcess
    database: Database
    """Read from beside the server, to compare."""


@contextmanager
def proving_ground(
    *,
    database_url: str | None,
    n_slots: int,
    n_trials: int,
    parent: Path | None,
    module: str = "study_server",
    n_workers: int | None = None,
) -> Iterator[Ground]:
    """Serve the endurance study from a folder of its own.

    Args:
        database_url: an empty PostgreSQL database; None: SQLite in the folder.
        n_slots: places of the study.
        n_trials: of each session.
        parent: where the folder is made. None: where temporary files go; there must be
            a real disk below it, or nothing is proved about disks.
        module, n_workers: what serves; see `ServerProcess`.

    Raises:
        StudyServerError: the database holds a study, or cannot be used, or the server
            does not start.
    """
    if threading.current_thread() is threading.main_thread():
        # Like Ctrl-C, so that the server does not stay behind.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="study-endurance-", dir=parent))
    try:
        config = ServerConfig(data_dir=folder, database_url=database_url)
        database = Database(config.resolved_database_url)
        try:
            _refuse_a_used(database, config)
            bundle = write_plain_bundle(folder, n_features=n_trials)
            fill(config, endurance_study(n_slots=n_slots), bundle)
            server = ServerProcess(
                folder, database_url, module=module, n_workers=n_workers
            )
            try:
                server.start()
                yield Ground(config=config, server=server, database=database)
            finally:
                server.kill_all()
        finally:
            database.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _refuse_a_used(database: Database, config: ServerConfig) -> None:
    try:
        database.prepare()
        with database.read() as db:
            n_studies = db.scalars(select(func.count()).select_from(Study)).one()
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise StudyServerError(
            f"the database {config.shown_database_url} cannot be used: {reason}"
        ) from error
    if n_studies:
        raise StudyServerError(
            f"the database {config.shown_database_url} holds {n_studies} studies; this "
            "fills a database with answers of nobody. Give an empty one (createdb)."
        )
