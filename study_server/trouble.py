"""What keeps the server from storing anything more, as far as it can tell. No Flask.

While there is trouble nobody new is let in, researchers are told, and whoever is in the
middle of a session keeps their answers in the browser until they can be stored.
"""

import logging
import shutil
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy.exc import (
    DatabaseError,
    DataError,
    IntegrityError,
    InterfaceError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import (
    TimeoutError as PoolTimeoutError,
)

logger = logging.getLogger(__name__)

PAUSE_AFTER_FAILURE_S = 30.0
"""So long nobody new is let in after a write failed, unless one has succeeded since."""
ALARM_EVERY_S = 15 * 60.0
"""The alarm of one process is silent for so long after it rang."""
ALARM_LIMIT_S = 30.0
RETRY_AFTER_S = 10
"""What browsers are told to wait before they send again."""

BROKEN = (DatabaseError, InterfaceError, PoolTimeoutError)
OUR_FAULT = (IntegrityError, DataError, ProgrammingError, NotSupportedError)


def is_outage(error: BaseException) -> bool:
    """Whether the database could not do what it should have been able to do."""
    if not isinstance(error, BROKEN) or isinstance(error, OUR_FAULT):
        return False
    # SQLite calls no such table an OperationalError, PostgreSQL a ProgrammingError.
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", None)
    if code != sqlite3.SQLITE_ERROR:
        return True
    # A full disk makes SQLite undo all, and then there is no savepoint to go back to.
    return any(is_outage(each) for each in _before(error))


def _before(error: BaseException) -> Iterator[BaseException]:
    """What was being dealt with when an error came up, the latest first."""
    before = error.__context__
    while before is not None:
        yield before
        before = before.__context__


class Watch:
    """One process's knowledge of trouble. Each process finds out by itself."""

    def __init__(
        self,
        folder: Path,
        *,
        min_free_bytes: int,
        alarm: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """
        Args:
            folder: on the disk that must not fill up.
            min_free_bytes: with less than that free nobody new is let in.
            alarm: a shell command that is given the trouble on its standard input.
            clock: seconds.
        """
        self._folder = folder
        self._min_free_bytes = min_free_bytes
        self._alarm = alarm
        self._clock = clock
        self._failure: tuple[str, float] | None = None
        self._rang_at: float | None = None
        self._lock = threading.Lock()

    def note_failure(self, error: BaseException) -> None:
        """The database failed, just now."""
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        self._failure = (reason, self._clock())
        self._ring(f"the database failed: {reason}")

    def note_success(self) -> None:
        """Something was stored, just now."""
        self._failure = None

    def trouble(self) -> str | None:
        """Why nobody new should be let in; None when all is well."""
        failure = self._failure
        if failure and self._clock() - failure[1] < PAUSE_AFTER_FAILURE_S:
            return f"the database failed: {failure[0]}"
        n_free = shutil.disk_usage(self._folder).free
        if n_free < self._min_free_bytes:
            trouble = (
                f"{n_free / 1e6:.0f} MB are free on the disk of {self._folder}, "
                f"{self._min_free_bytes / 1e6:.0f} MB are needed"
            )
            self._ring(trouble)
            return trouble
        return None

    def _ring(self, trouble: str) -> None:
        now = self._clock()
        with self._lock:
            if self._rang_at is not None and now - self._rang_at < ALARM_EVERY_S:
                return
            self._rang_at = now
        logger.critical("%s; nobody new is let in", trouble)
        if self._alarm is not None:
            threading.Thread(target=_run_alarm, args=(self._alarm, trouble)).start()


def _run_alarm(command: str, trouble: str) -> None:
    """The researcher's own command, with the trouble on its standard input."""
    text = f"Study server: {trouble}. Nobody new is let in until this is over.\n"
    try:
        subprocess.run(
            command, shell=True, input=text.encode(), timeout=ALARM_LIMIT_S, check=True
        )
    except (OSError, subprocess.SubprocessError) as error:
        logger.error("the alarm %r failed: %s", command, error)
