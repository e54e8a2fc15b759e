"""Writers of one process share commits, and none goes on before its own."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session, sessionmaker

from study_server import group_commit
from study_server.dialects import connect
from study_server.group_commit import GroupCommit
from study_server.trouble import is_outage

TABLE = "CREATE TABLE note (words TEXT PRIMARY KEY)"
NOTE = "INSERT INTO note VALUES (:words)"


@dataclass
class Desk:
    """A database with one table, and a count of its commits."""

    engine: Engine
    writers: GroupCommit
    n_commits: int = 0

    def note(self, words: str) -> None:
        with self.writers.write() as db:
            db.execute(text(NOTE), {"words": words})

    def notes(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.scalars(select(text("words FROM note"))))

    def behind_one(
        self, first: Callable[[Session], object], others: Sequence[Callable[[], object]]
    ) -> tuple[Future[None], list[Future[Any]]]:
        """One writer who is done only when all others wait for their turn."""
        has_turn = threading.Event()

        def go_first() -> None:
            with self.writers.write() as db:
                has_turn.set()
                until(lambda: self.writers.n_waiting == len(others))
                first(db)

        with ThreadPoolExecutor(len(others) + 1) as pool:
            leader = pool.submit(go_first)
            assert has_turn.wait(10)
            return leader, [pool.submit(other) for other in others]


def until(is_so: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < give_up_at
        time.sleep(0.001)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(group_commit, "LONGEST_S", 10.0)
    engine = connect(f"sqlite:///{tmp_path}/desk.db")
    with engine.begin() as connection:
        connection.exec_driver_sql(TABLE)
    make_session = sessionmaker(engine, expire_on_commit=False)
    found = Desk(engine, GroupCommit(engine, make_session))

    def count(_: object) -> None:
        found.n_commits += 1

    event.listen(engine, "commit", count)
    yield found
    engine.dispose()


def note_of(words: str) -> Callable[[Session], object]:
    return lambda db: db.execute(text(NOTE), {"words": words})


def noting(desk: Desk, names: str) -> list[Callable[[], object]]:
    return [partial(desk.note, words) for words in names]


def test_whoever_waits_meanwhile_shares_the_commit(desk: Desk) -> None:
    leader, others = desk.behind_one(note_of("a"), noting(desk, "bcdefgh"))

    assert [each.exception() for each in (leader, *others)] == [None] * 8
    assert desk.notes() == set("abcdefgh")
    assert desk.n_commits == 1


def test_one_alone_commits_at_once(desk: Desk) -> None:
    desk.note("a")
    desk.note("b")

    assert desk.n_commits == 2


def test_nobody_goes_on_before_the_commit(desk: Desk) -> None:
    happened: list[str] = []
    event.listen(desk.engine, "commit", lambda _: happened.append("commit"))

    def note_slowly(words: str) -> None:
        with desk.writers.write() as db:
            note_of(words)(db)
            time.sleep(0.05)
        happened.append("told")

    others = [partial(note_slowly, words) for words in "bcd"]
    leader, futures = desk.behind_one(note_of("a"), others)

    assert [each.exception() for each in (leader, *futures)] == [None] * 4
    assert happened == ["commit", "told", "told", "told"]


def test_no_more_share_a_commit_than_allowed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "MOST_WRITERS", 2)

    desk.behind_one(note_of("a"), noting(desk, "bcdef"))

    assert desk.notes() == set("abcdef")
    assert desk.n_commits == 3


def test_one_who_fails_leaves_no_trace_and_takes_nobody_along(desk: Desk) -> None:
    def fail() -> None:
        with desk.writers.write() as db:
            db.execute(text(NOTE), {"words": "half"})
            raise ValueError("by the way")

    leader, others = desk.behind_one(note_of("a"), [*noting(desk, "b"), fail, fail])

    assert leader.exception() is None
    assert sorted(str(each.exception()) for each in others) == [
        "None",
        "by the way",
        "by the way",
    ]
    assert desk.notes() == {"a", "b"}


def test_when_the_first_fails_the_others_are_stored(desk: Desk) -> None:
    def fail(db: Session) -> None:
        note_of("half")(db)
        raise ValueError

    leader, others = desk.behind_one(fail, noting(desk, "bc"))

    assert isinstance(leader.exception(), ValueError)
    assert [each.exception() for each in others] == [None, None]
    assert desk.notes() == {"b", "c"}


def test_all_hear_of_a_commit_that_failed(desk: Desk) -> None:
    def refuse(_: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("disk I/O error"))

    event.listen(desk.engine, "commit", refuse)
    leader, others = desk.behind_one(note_of("a"), noting(desk, "bc"))
    event.remove(desk.engine, "commit", refuse)

    for each in (leader, *others):
        assert isinstance(each.exception(), OperationalError)
    assert desk.notes() == set()
    desk.note("afterwards")
    assert desk.notes() == {"afterwards"}


def fill_up(db: Session) -> None:
    db.execute(text("PRAGMA max_page_count = 5"))
    db.execute(text(NOTE), {"words": "x" * 1_000_000})


def test_when_the_disk_is_full_nobody_is_told_that_it_is_stored(desk: Desk) -> None:
    told: list[str] = []

    def note(words: str) -> None:
        desk.note(words)
        told.append(words)

    def fill() -> None:
        with desk.writers.write() as db:
            fill_up(db)

    others: list[Callable[[], None]] = [fill, *(partial(note, w) for w in "bcd")]
    leader, futures = desk.behind_one(note_of("a"), others)

    error = futures[0].exception()
    assert error is not None
    assert is_outage(error)
    assert set(told) <= desk.notes()
    assert ("a" in desk.notes()) == (leader.exception() is None)


def test_a_full_disk_that_somebody_overlooks_is_not_taken_for_stored(
    desk: Desk,
) -> None:
    def overlook(db: Session) -> None:
        note_of("a")(db)
        with suppress(OperationalError):
            fill_up(db)

    leader, _ = desk.behind_one(overlook, [])

    error = leader.exception()
    assert error is not None
    assert is_outage(error)
    assert desk.notes() == set()


def test_a_full_disk_within_a_savepoint_is_an_outage(desk: Desk) -> None:
    with (
        pytest.raises(OperationalError) as raised,
        desk.writers.write() as db,
        db.begin_nested(),
    ):
        fill_up(db)

    assert is_outage(raised.value)


def test_a_refusal_is_told_when_what_it_rests_on_is_stored(desk: Desk) -> None:
    """Otherwise somebody is turned away for a place that nobody got."""
    happened: list[str] = []
    event.listen(desk.engine, "commit", lambda _: happened.append("commit"))

    def refuse() -> None:
        with pytest.raises(ValueError, match="full"), desk.writers.write():
            raise ValueError("the study is full")
        happened.append("refused")

    def last() -> None:
        with desk.writers.write():
            time.sleep(0.05)

    leader, futures = desk.behind_one(note_of("a"), [refuse, last, last])

    assert [each.exception() for each in (leader, *futures)] == [None] * 4
    assert happened.index("commit") < happened.index("refused")


def test_who_waits_too_long_gives_up_and_holds_nobody_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "TURN_LIMIT_S", 0.05)

    def first(db: Session) -> None:
        note_of("a")(db)
        time.sleep(0.2)

    leader, (other,) = desk.behind_one(first, noting(desk, "b"))

    assert leader.exception() is None
    assert isinstance(other.exception(), PoolTimeoutError)
    assert desk.notes() == {"a"}


def test_a_lock_that_cannot_be_made_is_an_outage(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "desk.db-turn").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OperationalError, match=r"desk\.db-turn"):
        desk.note("a")


def test_a_transaction_handed_to_one_who_gave_up_is_committed_by_those_who_wait(
    desk: Desk,
) -> None:
    """Whoever is done sees one waiting, who then goes away without a turn."""
    desk.writers._n_waiting += 1

    with ThreadPoolExecutor(1) as pool:
        alone = pool.submit(desk.note, "a")
        until(lambda: not alone.done())
        assert alone.exception(timeout=10) is None

    assert desk.notes() == {"a"}
