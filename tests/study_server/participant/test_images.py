"""Which pictures are served, to whom, when, and in how many bytes (5.3)."""

import io

from flask import Flask
from PIL import Image
from sqlalchemy import select

from study_server.db import Database
from study_server.models import Appearance, Trial
from study_server.services.window import WINDOW_TRIALS
from tests.study_server.participant.visitor import BASE, Visitor

N_PRACTICE = 4
"""What follows practice is decided, and served, when practice is over."""


def pictures_by_trial(database: Database) -> list[dict[str, str]]:
    """For each trial of the only session: place to path of the picture."""
    query = select(Trial.trial_index, Appearance.place, Appearance.image_id)
    with database.read() as db:
        rows = db.execute(query.join(Appearance)).all()
    found: dict[int, dict[str, str]] = {}
    for index, place, image_id in rows:
        found.setdefault(index, {})[place] = f"/image/{image_id}"
    return [found[index] for index in sorted(found)]


def test_only_the_pictures_of_the_next_five_trials_are_served(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    trials = pictures_by_trial(database)
    for n_answered in range(3):
        is_served = [
            {visitor.get(path).status_code for path in pictures.values()} == {200}
            for pictures in trials
        ]
        assert is_served == [
            n_answered <= index < min(N_PRACTICE, n_answered + WINDOW_TRIALS)
            for index in range(len(trials))
        ]

        visitor.send(visitor.response(visitor.trial()["trial_id"]))


def test_a_picture_is_shown_to_its_own_session_only(
    app: Flask, visitor: Visitor
) -> None:
    visitor.begin()
    url = visitor.trial()["options"][0]["url"].removeprefix(BASE)
    other = Visitor(app)
    other.begin()

    assert visitor.get(url).status_code == 200
    assert other.get(url).status_code == 404
    assert Visitor(app).get(url).status_code == 404
    assert visitor.get("/image/" + "0" * 32).status_code == 404


def test_no_picture_is_served_after_withdrawal(visitor: Visitor) -> None:
    visitor.begin()
    url = visitor.trial()["options"][0]["url"].removeprefix(BASE)

    visitor.post("/stop", wish="keep")

    assert visitor.get(url).status_code == 404


def test_all_options_have_one_length_and_the_headers_are_the_same(
    visitor: Visitor, database: Database
) -> None:
    visitor.begin()
    headers, lengths, pixels = set(), set(), set()
    for pictures in pictures_by_trial(database)[:N_PRACTICE]:
        for place in ("left", "right"):
            answer = visitor.get(pictures[place])
            lengths.add(len(answer.data))
            headers.add(str(answer.headers))
            with Image.open(io.BytesIO(answer.data)) as image:
                pixels.add(image.tobytes())

    assert len(lengths) == 1
    assert len(headers) == 1
    assert len(pixels) > 5  # eight options, some of which may be the same picture


def test_a_browser_may_keep_a_picture_and_nobody_between_may(
    visitor: Visitor,
) -> None:
    visitor.begin()
    url = visitor.trial()["options"][0]["url"].removeprefix(BASE)

    cache_control = visitor.get(url).headers["Cache-Control"]

    assert "private" in cache_control
    assert "public" not in cache_control
