"""How many people saw a study's first page: a number, nothing about anybody. No Flask.

Counted in memory and written once a second, so that a crowd that arrives at once does
not wait for one another's counts. A process that is killed takes those of its last
second with it.
"""

import atexit
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.models import LandingCount

logger = logging.getLogger(__name__)

WRITTEN_EVERY_S = 1.0


class Landings:
    """What one process has counted and not written yet."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            clock: seconds from any moment on.
        """
        self._clock = clock
        self._written_at = float("-inf")
        self._waiting: Counter[str] = Counter()
        self._lock = threading.Lock()

    def note(self, database: Database, study_id: str) -> None:
        """One more; written now unless something was written just before."""
        with self._lock:
            self._waiting[study_id] += 1
            if self._clock() - self._written_at < WRITTEN_EVERY_S:
                return
        self.write(database)

    def keep_writing(self, database: Database) -> None:
        """Write every second from now on, and once more when the process ends."""

        def write_on() -> None:
            while True:
                time.sleep(WRITTEN_EVERY_S)
                self.write(database)

        threading.Thread(target=write_on, name="landings", daemon=True).start()
        atexit.register(self.write, database)

    def write(self, database: Database) -> None:
        """Write what waits. While that cannot be done, it goes on waiting."""
        with self._lock:
            taken, self._waiting = self._waiting, Counter()
            self._written_at = self._clock()
        if not taken:
            return
        try:
            with database.write() as db:
                for study_id, n_more in sorted(taken.items()):
                    _add(db, study_id, n_more)
        except SQLAlchemyError as error:
            logger.warning("landings are not counted yet: %s", error)
            with self._lock:
                self._waiting.update(taken)


def n_landed(db: Session, study_id: str) -> int:
    """Browsers that showed the study's first page, as far as it is written."""
    query = select(LandingCount.n_landed).where(LandingCount.study_id == study_id)
    return db.scalars(query).one_or_none() or 0


def _add(db: Session, study_id: str, n_more: int) -> None:
    with suppress(IntegrityError), db.begin_nested():  # it is there already
        db.add(LandingCount(study_id=study_id, n_landed=0))
    db.execute(
        update(LandingCount)
        .where(LandingCount.study_id == study_id)
        .values(n_landed=LandingCount.n_landed + n_more),
        execution_options={"synchronize_session": False},
    )
