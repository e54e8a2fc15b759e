"""Nothing a browser receives in a whole session tells which option is right (5.4)."""

import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from study_server.participant import api
from study_server.png import SEGMENTS, segments
from tests.study_server.truth.labels import (
    FIXED_HEADERS,
    WORDS,
    bundle_labels,
    leaks,
    plan_labels,
)
from tests.study_server.truth.recorder import Answer, Recorder
from tests.study_server.truth.task_studies import TASKS, make_task_app, study_id_of

N_PARTICIPANTS = 3


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return make_task_app(tmp_path_factory.mktemp("truth"))


@pytest.fixture(scope="module", params=TASKS)
def sessions(app: Flask, request: pytest.FixtureRequest) -> list[list[Answer]]:
    """All that each of several participants was sent, from beginning to end."""
    base = f"/s/{study_id_of(request.param)}"
    recorders = [Recorder(app, base) for _ in range(N_PARTICIPANTS)]
    for recorder in recorders:
        assert recorder.take_whole_session() >= 4
    return [recorder.answers for recorder in recorders]


def labels(app: Flask) -> set[str]:
    bundles: Path = app.extensions["server_config"].bundles_dir
    (folder,) = bundles.iterdir()
    return WORDS | bundle_labels(folder) | plan_labels(app.extensions["database"])


def test_no_label_of_bundle_or_plan_is_sent(
    app: Flask, sessions: list[list[Answer]]
) -> None:
    known = labels(app)
    assert len(known) > 200

    assert [leak for answers in sessions for leak in leaks(answers, known)] == []


def test_pictures_hold_pixels_and_nothing_else(sessions: list[list[Answer]]) -> None:
    """No segment of metadata (5.3)."""
    pictures = [a for answers in sessions for a in answers if a.kind == "image/png"]

    assert len(pictures) > 50
    for picture in pictures:
        assert [name for name, _ in segments(picture.body)] == list(SEGMENTS)


def test_headers_of_one_kind_of_answer_differ_in_nothing_that_tells(
    sessions: list[list[Answer]],
) -> None:
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    names: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for answer in (a for answers in sessions for a in answers):
        if answer.kind == "image/png":
            names["picture"].add(tuple(name for name, _ in answer.headers))
        for name, value in answer.headers:
            if name in FIXED_HEADERS:
                values[answer.kind, name].add(value)

    assert len(names["picture"]) == 1
    assert {key: found for key, found in values.items() if len(found) > 1} == {}


def test_no_id_or_address_of_a_picture_or_trial_comes_twice(
    sessions: list[list[Answer]],
) -> None:
    """Nothing links pictures across sessions, trials or conditions (5.1)."""
    paths = [
        answer.path
        for answers in sessions
        for answer in answers
        if answer.kind == "image/png"
    ]

    assert all(re.fullmatch(r"/s/[\w-]+/image/[0-9a-f]{32}", path) for path in paths)
    assert len(set(paths)) == len(paths)


def test_all_participants_read_the_same_pages(sessions: list[list[Answer]]) -> None:
    """Scripts, styles and texts are the same bytes, tokens and progress apart (5.4)."""
    pages = [
        [
            (answer.path, without_tokens(answer.body))
            for answer in answers
            if is_page(answer)
        ]
        for answers in sessions
    ]

    assert len(pages[0]) > 3
    for others in pages[1:]:
        assert others == pages[0]


def test_a_planted_label_is_found(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    make_json = api._as_json

    def tell(*arguments: Any) -> dict[str, Any]:
        return {**make_json(*arguments), "hint": "shown under natural conditions"}

    monkeypatch.setattr(api, "_as_json", tell)
    recorder = Recorder(app, f"/s/{study_id_of('two_alternative')}")
    recorder.begin()
    recorder.trial()

    found = leaks(recorder.answers, labels(app))

    assert any("api/trial: 'natural' in its JSON" in leak for leak in found)


def is_page(answer: Answer) -> bool:
    return answer.kind == "text/html" and answer.status == 200


def without_tokens(page: bytes) -> bytes:
    return re.sub(rb'((?:csrf_token" value|data-csrf|data-key)=")[^"]+', rb"\1", page)
