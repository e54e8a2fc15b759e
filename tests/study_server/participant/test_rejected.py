"""4.8: what cannot be stored as an answer is kept, and the session ends calmly."""

import json

import pytest
from flask import Flask

from study_server.models import Response, ResponseRejected
from study_server.services.rejections import MAX_PER_SESSION
from tests.study_server.participant.records import only_session, rows
from tests.study_server.participant.visitor import Visitor


def test_a_malformed_answer_is_kept_as_it_came_and_stops_none_behind_it(
    app: Flask, visitor: Visitor
) -> None:
    """4.8"""
    visitor.begin()
    trial_id = visitor.trial()["trial_id"]
    wrong = visitor.response(trial_id, confidence=7)
    visitor.send(visitor.response(trial_id))
    next_id = visitor.trial()["trial_id"]

    refusals = [visitor.send({**wrong, "trial_id": next_id}) for _ in range(2)]
    behind = visitor.send(visitor.response(trial_id, choice="right"))

    assert [refused.status_code for refused in refusals] == [422, 422]
    told = refusals[0].get_json()
    assert told["is_kept"] is True
    assert told["next"].endswith("/technical-problem")
    (kept,) = rows(app, ResponseRejected)
    assert json.loads(kept.body) == {**wrong, "trial_id": next_id}
    assert kept.trial_id == next_id
    assert "confidence" in kept.reason
    assert behind.status_code == 200


def test_a_session_whose_answer_was_refused_ends_with_the_technical_code(
    app: Flask, visitor: Visitor
) -> None:
    """4.8: nothing is asked, since it could never be complete."""
    visitor.begin()
    visitor.send({"trial_id": visitor.trial()["trial_id"], "choice": "both"})

    page = visitor.client.get(
        f"{visitor.base}/technical-problem", follow_redirects=True
    )

    assert only_session(app).outcome == "technical_problem"
    assert only_session(app).session_id[:8].encode() in page.data


def test_a_refused_answer_that_was_given_anew_ends_nothing(
    app: Flask, visitor: Visitor
) -> None:
    visitor.begin()
    trial_id = visitor.trial()["trial_id"]
    visitor.send(visitor.response(trial_id, confidence=7))
    visitor.send(visitor.response(trial_id))

    page = visitor.get("/technical-problem")

    assert page.status_code == 200
    assert only_session(app).outcome is None


@pytest.mark.parametrize("body", [b"", b"no JSON", b"\xff\x00", b'{"trial_id": 3}'])
def test_any_bytes_are_kept(app: Flask, visitor: Visitor, body: bytes) -> None:
    visitor.begin()
    headers = {"X-CSRFToken": visitor.csrf_token, "Content-Type": "application/json"}

    answer = visitor.client.post(
        f"{visitor.base}/api/responses", data=body, headers=headers
    )

    assert answer.status_code == 422
    (kept,) = rows(app, ResponseRejected)
    assert kept.trial_id is None
    assert rows(app, Response) == []


def test_a_script_that_sends_nonsense_fills_no_disk(visitor: Visitor) -> None:
    visitor.begin()

    kept = [visitor.send({"n": n}).get_json()["is_kept"] for n in range(103)]

    assert kept == [True] * MAX_PER_SESSION + [False] * 3
