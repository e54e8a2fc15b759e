"""The trials a browser holds, and what becomes of one it cannot load (3.6, 3.7)."""

from typing import Any

from sqlalchemy import select

from study_server.db import Database
from study_server.models import NotShown, PageEvent, Response, Trial
from tests.study_server.participant.visitor import BASE, Visitor


def planned(database: Database) -> list[Trial]:
    with database.read() as db:
        return list(db.scalars(select(Trial).order_by(Trial.presentation_index)))


def report(visitor: Visitor, trial: dict[str, Any]) -> bool:
    """Say that an image of the trial is missing; whether it was given up."""
    names = ("trial_id", "n_postponed")
    body = {name: trial[name] for name in names}
    answer = visitor.send(body, "images-missing")
    assert answer.status_code == 200
    is_given_up: bool = answer.get_json()["is_given_up"]
    return is_given_up


def start_main(visitor: Visitor) -> None:
    visitor.begin()
    while visitor.trial()["phase"] == "practice":
        visitor.send(visitor.response(visitor.trial()["trial_id"]))


def test_a_browser_holds_five_trials_in_the_order_of_the_plan(
    visitor: Visitor, database: Database
) -> None:
    start_main(visitor)

    due = visitor.trial()
    held = [due, *due["upcoming"]]

    main = [t.trial_id for t in planned(database) if t.block_index is not None]
    assert [trial["trial_id"] for trial in held] == main[:5]
    assert [trial["number"] for trial in held] == [1, 2, 3, 4, 5]
    images = [image["image_id"] for t in held for image in (*t["panel"], *t["options"])]
    assert len(set(images)) == 5 * 10


def test_nothing_beyond_the_practice_is_held_before_it_is_over(
    visitor: Visitor,
) -> None:
    visitor.begin()

    due = visitor.trial()

    assert {t["phase"] for t in (due, *due["upcoming"])} == {"practice"}


def test_a_held_trial_can_be_answered_at_once_and_a_later_one_cannot(
    visitor: Visitor, database: Database
) -> None:
    start_main(visitor)
    due = visitor.trial()
    main = [t.trial_id for t in planned(database) if t.block_index is not None]

    for trial in (due, *due["upcoming"]):
        answer = visitor.send(visitor.response(trial["trial_id"]))
        assert answer.status_code == 200

    assert visitor.send(visitor.response(main[10])).status_code == 422


def test_a_trial_whose_image_is_missing_moves_to_the_end_of_its_block_once(
    visitor: Visitor, database: Database
) -> None:
    """3.7: catch trials stay where they are, and no place in the plan changes."""
    start_main(visitor)
    before = planned(database)
    due = visitor.trial()

    assert report(visitor, due) is False

    after = planned(database)
    block = [t for t in before if t.block_index == 0]
    main = [t for t in block if t.trial_kind == "main"]
    stepping = iter([*main[1:], main[0]])
    moved = [next(stepping) if t in main else t for t in block]
    expected = [*before[:4], *moved, *before[4 + len(block) :]]
    assert [t.trial_id for t in after] == [t.trial_id for t in expected]
    assert [t.presentation_index for t in after] == list(range(len(after)))
    assert {t.trial_id: t.trial_index for t in after} == {
        t.trial_id: t.trial_index for t in before
    }
    assert visitor.trial()["trial_id"] == main[1].trial_id


def test_a_report_that_comes_twice_counts_once(
    visitor: Visitor, database: Database
) -> None:
    start_main(visitor)
    due = visitor.trial()

    assert [report(visitor, due) for _ in range(3)] == [False] * 3

    with database.read() as db:
        assert db.scalars(select(NotShown)).all() == []


def test_missing_again_it_is_recorded_as_not_shown_and_the_session_goes_on(
    visitor: Visitor, database: Database
) -> None:
    """3.7: the record stands in for the response."""
    start_main(visitor)
    due = visitor.trial()
    report(visitor, due)
    while (again := visitor.trial())["trial_id"] != due["trial_id"]:
        visitor.send(visitor.response(again["trial_id"]))

    assert again["n_postponed"] == 1
    assert report(visitor, again) is True
    assert report(visitor, again) is True

    n_answered = visitor.answer_all()
    with database.read() as db:
        assert [row.trial_id for row in db.scalars(select(NotShown))] == [
            due["trial_id"]
        ]
        n_responses = len(db.scalars(select(Response)).all())
    assert n_answered > 0
    assert n_responses == len(planned(database)) - 1
    assert visitor.get("/trial").location.endswith("/questions")


def test_an_answered_trial_cannot_be_given_up(visitor: Visitor) -> None:
    start_main(visitor)
    due = visitor.trial()
    visitor.send(visitor.response(due["trial_id"]))

    assert report(visitor, due) is False


def test_events_are_stored_once_with_the_response_that_brings_them(
    visitor: Visitor, database: Database
) -> None:
    """3.4: start and duration, in a table of their own."""
    visitor.begin()
    event = {
        "event": "hidden",
        "start_ms": 2000.5,
        "duration_ms": 150.25,
        "started_at": "2026-03-01T12:00:02.000Z",
    }
    body = visitor.response(visitor.trial()["trial_id"], hidden_ms=150.25)

    first = visitor.send({**body, "events": [event]})
    again = visitor.send({**body, "events": [event]})

    assert again.data == first.data
    with database.read() as db:
        (stored,) = db.scalars(select(PageEvent))
    assert (stored.event, stored.start_ms, stored.duration_ms) == (
        "hidden",
        2000.5,
        150.25,
    )
    assert stored.trial_id == body["trial_id"]


def test_the_address_of_an_image_is_all_that_tells_it_apart(visitor: Visitor) -> None:
    """5.1: what is said of a main trial and of a catch trial has the same shape."""
    start_main(visitor)
    due = visitor.trial()
    of_all = {"upcoming", "display", "has_feedback", "n_stored"}
    shapes = set()
    for trial in (due, *due["upcoming"]):
        assert trial["options"][0]["url"].startswith(f"{BASE}/image/")
        shapes.add((tuple(sorted(trial.keys() - of_all)), trial["task"]))

    assert len(shapes) == 1
