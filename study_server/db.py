"""The database connection and the two kinds of transaction used on it. No Flask."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from study_server.dialects import (
    READING_CACHE_MB,
    connect,
    for_reading,
    is_sqlite,
)
from study_server.group_commit import GroupCommit
from study_server.migrations.upgrade import prepare_schema
from study_server.trouble import Watch, is_outage

IS_WRITING = "is_writing"


class Database:
    """The two kinds of transaction, and what they run on."""

    def __init__(
        self,
        url: str,
        *,
        watch: Watch | None = None,
        reading_cache_mb: int = READING_CACHE_MB,
    ) -> None:
        """
        Args:
            watch: is told of every write that succeeded or failed.
            reading_cache_mb: of SQLite's pages, for each connection that reads.
        """
        self.engine = connect(url)
        self._reading_engine = for_reading(self.engine, cache_mb=reading_cache_mb)
        self._make_session = sessionmaker(self.engine, expire_on_commit=False)
        self._make_reading_session = sessionmaker(self._reading_engine)
        self._watch = watch
        self._group_commit = (
            GroupCommit(self.engine, self._make_session)
            if is_sqlite(self.engine)
            else None
        )

    def prepare(self, *, may_upgrade: bool = True) -> None:
        """Bring the tables to this version's schema, whichever process comes first.

        Args:
            may_upgrade: whether an older schema is brought forward, or refused.

        Raises:
            SchemaError: the tables are of a newer version, or not ours.
        """
        prepare_schema(self.engine, self._reading_engine, may_upgrade=may_upgrade)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A transaction that commits at the end, or leaves no trace on an error."""
        try:
            with self._begin_writing() as db:
                db.info[IS_WRITING] = True
                yield db
        except SQLAlchemyError as error:
            if self._watch is not None and is_outage(error):
                self._watch.note_failure(error)
            raise
        if self._watch is not None:
            self._watch.note_success()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that sees one moment and takes no write lock."""
        with self._make_reading_session() as db:
            yield db
            db.expunge_all()  # what was read stays readable afterwards
            db.rollback()

    def close(self) -> None:
        """Give the connections back."""
        if self._group_commit is not None:
            self._group_commit.close()
        self._reading_engine.dispose()
        self.engine.dispose()

    def _begin_writing(self) -> AbstractContextManager[Session]:
        if self._group_commit is not None:
            return self._group_commit.write()
        return self._make_session.begin()


def is_writing(db: Session) -> bool:
    """Whether it is a transaction of `Database.write`, which may lock rows."""
    return IS_WRITING in db.info
