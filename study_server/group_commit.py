"""Threads of one process write to SQLite one after the other, and share commits.

SQLite has one writer, and a commit waits for the disk, so everybody behind it waits as
well. Whoever is done while others wait therefore leaves the transaction open for the
next, whose work begins at a savepoint; the last one commits for all. Nobody goes on
before that commit: what a writer was told is stored is on the disk.

Left to SQLite, writers would sleep and try again, and the unlucky ones for long. Other
processes take turns with this one by `TurnFile`. No Flask.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from study_server.trouble import is_outage
from study_server.turn_file import TurnFile

TURN_LIMIT_S = 30.0
"""As long as SQLite itself would wait for another process's write."""
MOST_WRITERS = 32
"""Who share one commit."""
LONGEST_S = 0.05
"""Nobody joins a transaction that is older."""
PATIENCE_S = 0.2
"""After so long a writer looks whether the one behind it has given up."""


class Group:
    """One transaction, and the outcome that all whose work it holds wait for."""

    def __init__(self, engine: Engine, turn_file: TurnFile) -> None:
        self._turn_file = turn_file
        self.connection, self._transaction = _begin(engine, turn_file)
        self._begun = time.monotonic()
        self._is_over = threading.Event()
        self._error: BaseException | None = None
        self.n_writers = 0
        """Whose work it holds, done without an error."""

    @property
    def has_room(self) -> bool:
        """Whether one more may join."""
        is_young = time.monotonic() - self._begun < LONGEST_S
        return is_young and self.n_writers < MOST_WRITERS

    def close(self, error: BaseException | None = None) -> None:
        """Commit, or with an error roll back; all who wait go on or hear of it."""
        self._error = error
        try:
            if error is None:
                self._check_whole()
                self._transaction.commit()
        except BaseException as failure:  # noqa: BLE001  # who waits hears of any
            self._error = failure
            self.connection.invalidate()  # nobody knows what state it is in
        finally:
            try:
                self.connection.close()  # rolls back what is still open
            finally:
                self._turn_file.give()
                self._is_over.set()

    @property
    def is_whole(self) -> bool:
        """Whether it is still open: a full disk makes SQLite undo all of it."""
        if self.connection.invalidated:
            return False
        driver = self.connection.connection.driver_connection
        return driver is not None and bool(driver.in_transaction)

    def _check_whole(self) -> None:
        """Of what SQLite has undone, a commit would say nothing."""
        if not self.is_whole:
            raise undone()

    def wait(self, timeout_s: float) -> bool:
        """Whether it is over."""
        return self._is_over.wait(timeout_s)

    def check(self) -> None:
        """Raise what the transaction failed with, if it is over and failed."""
        if self._error is not None:
            raise self._error


def undone() -> OperationalError:
    """What all hear whose work SQLite has undone, as on a full disk."""
    cause = sqlite3.OperationalError("the transaction was undone")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("COMMIT", None, cause)


def _begin(engine: Engine, turn_file: TurnFile) -> tuple[Connection, RootTransaction]:
    """Lock out other processes, and begin.

    Raises:
        sqlalchemy.exc.SQLAlchemyError: not possible; nothing is locked.
    """
    try:
        has_turn = turn_file.take(TURN_LIMIT_S)
    except OSError as error:
        raise OperationalError("BEGIN", None, error) from error
    if not has_turn:
        raise PoolTimeoutError(f"no turn to write within {TURN_LIMIT_S:.0f} s")
    try:
        connection = engine.connect()
        try:
            return connection, connection.begin()
        except BaseException:
            connection.close()
            raise
    except BaseException:
        turn_file.give()
        raise


class GroupCommit:
    """The turn to write, and the transaction that is handed on with it."""

    def __init__(self, engine: Engine, make_session: sessionmaker[Session]) -> None:
        self._engine = engine
        self._make_session = make_session
        self._turn_file = TurnFile(Path(engine.url.database or ""))
        self._turn = threading.Lock()
        self._counting = threading.Lock()
        self._n_waiting = 0
        self._group: Group | None = None
        """Open; belongs to whoever has the turn."""

    @property
    def n_waiting(self) -> int:
        """Who wait for their turn."""
        return self._n_waiting

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Work that is on the disk when this ends, or leaves no trace on an error.

        Raises:
            sqlalchemy.exc.SQLAlchemyError: nothing of it is stored.
        """
        failure: BaseException | None = None
        self._take_turn()
        try:
            group = self._group = self._group or Group(self._engine, self._turn_file)
            try:
                with self._session_in(group) as db:
                    yield db
            except BaseException as error:  # noqa: BLE001  # raised below
                failure = error
                self._leave_behind(group, error)
            else:
                group.n_writers += 1
                self._commit_unless_awaited(group)
        finally:
            self._turn.release()
        self._wait_for(group)  # a refusal, too, may rest on what others wrote
        group.check()
        if failure is not None:
            raise failure

    def close(self) -> None:
        """Give back what is kept open between writes; nobody may be writing."""
        self._turn_file.close()

    def _take_turn(self) -> None:
        with self._counting:
            self._n_waiting += 1
        has_turn = self._turn.acquire(timeout=TURN_LIMIT_S)
        with self._counting:
            self._n_waiting -= 1
        if not has_turn:
            raise PoolTimeoutError(f"no turn to write within {TURN_LIMIT_S:.0f} s")

    @contextmanager
    def _session_in(self, group: Group) -> Iterator[Session]:
        """A session whose failure undoes its own work alone."""
        with (
            self._make_session(
                bind=group.connection,
                join_transaction_mode=(
                    "create_savepoint" if group.n_writers else "rollback_only"
                ),
            ) as db,
            db.begin(),
        ):
            yield db

    def _leave_behind(self, group: Group, error: BaseException) -> None:
        """After a failed writer: the others' work goes on, if it is still there."""
        if not group.n_writers or is_outage(error):
            self._close(group, error)
        elif not group.is_whole:
            self._close(group, undone())  # the error is this writer's alone
        else:
            self._commit_unless_awaited(group)

    def _commit_unless_awaited(self, group: Group) -> None:
        """Hand the transaction on to whoever waits for the turn, or commit it."""
        if not (self._n_waiting and group.has_room):
            self._close(group)

    def _close(self, group: Group, error: BaseException | None = None) -> None:
        self._group = None
        group.close(error)

    def _wait_for(self, group: Group) -> None:
        """Until it is over; commits it when whoever was to be next has given up.

        Raises:
            sqlalchemy.exc.TimeoutError: the one whose turn it is never ends. What was
                written may be stored later; it is not acknowledged.
        """
        give_up_at = time.monotonic() + TURN_LIMIT_S
        while not group.wait(PATIENCE_S):
            if not self._turn.acquire(blocking=False):
                if time.monotonic() > give_up_at:
                    raise PoolTimeoutError(f"no commit within {TURN_LIMIT_S:.0f} s")
                continue
            try:
                if self._group is group:
                    self._close(group)
            finally:
                self._turn.release()
