"""What a trial costs the database: a few statements, however many there are (6.1).

A thousand participants wait for one writer. Statements are counted, not timed, so that
one more shows at once and on every machine.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event

from tests.study_server.participant.visitor import Visitor

BEGINNINGS = ("BEGIN", "PRAGMA")


@contextmanager
def noting_statements() -> Iterator[list[str]]:
    """The statements that are sent meanwhile, transactions' bounds apart."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(BEGINNINGS):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def first_of_main(visitor: Visitor) -> dict[str, Any]:
    """The first trial after practice."""
    visitor.begin()
    while (due := visitor.trial())["phase"] == "practice":
        visitor.answer(due)
    return due


def test_an_answer_is_stored_with_two_queries_and_three_writes(
    visitor: Visitor,
) -> None:
    due = first_of_main(visitor)
    for trial in (due, *due["upcoming"]):
        body = visitor.response(trial["trial_id"])

        with noting_statements() as seen:
            assert visitor.send(body).status_code == 200

        kinds = [each.split()[0] for each in seen]
        assert kinds.count("SELECT") == 2
        assert len(kinds) <= 5


def test_an_answer_sent_again_costs_no_more_than_the_first(visitor: Visitor) -> None:
    visitor.begin()
    body = visitor.response(visitor.trial()["trial_id"])
    visitor.send(body)

    with noting_statements() as seen:
        visitor.send(body)

    assert len(seen) <= 5
    assert all(each.startswith("SELECT") for each in seen)


def test_the_next_trials_are_served_with_six_statements(visitor: Visitor) -> None:
    visitor.begin()

    with noting_statements() as seen:
        visitor.trial()

    assert len(seen) <= 6
