"""Storing answers so that none is lost and none counts twice. No Flask."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from study_server.errors import ResponseRefusedError, TrialNotFoundError
from study_server.models import (
    Origin,
    OutcomeReason,
    PageEvent,
    Response,
    ResponseConflict,
    StudySession,
    Trial,
)
from study_server.services import chain
from study_server.services.asked import AskedTrial, find_asked, note_first_serving
from study_server.services.display import has_feedback
from study_server.services.progress import update_stage
from study_server.services.score import score_with
from study_server.services.studies import definition_of
from study_server.services.submission import Submission
from study_server.services.window import WINDOW_TRIALS, of_one_part

RATING = "rating"

_RESPONSES = cast(Table, Response.__table__)
_COLUMNS = tuple(column.key for column in _RESPONSES.columns)
_STORE = _RESPONSES.insert()
"""Without the ORM, which would look at all else first."""


class Arrival(NamedTuple):
    """When an answer reached the server, and by which way."""

    received_at: datetime
    origin: Origin


def record_response(
    db: Session,
    session: StudySession,
    submission: Submission,
    *,
    received_at: datetime,
    origin: Origin = Origin.SENT,
) -> str:
    """Store the answer to one trial. The first answer stands.

    The same response again gets the first acknowledgement again. Another answer to the
    same trial is kept as a conflict, and its acknowledgement says so. What is not
    stored is never acknowledged: a response_id that comes back with other content is
    refused. Whoever had all answers erased is told that nothing is kept any more.

    Args:
        db: open write transaction; the acknowledgement may leave only after its commit.
        session: locked by this transaction: one writer at a time, and one chain.
        origin: the way on which the answer came.

    Returns:
        The acknowledgement, as JSON.

    Raises:
        TrialNotFoundError: the session has no such trial, or the id is another's.
        ResponseRefusedError: the trial cannot have been shown yet, the answer is not
            one to its task, or the response_id belongs to another answer.
    """
    if session.outcome_reason == OutcomeReason.ERASE:
        return as_json({"response_id": submission.response_id, "is_erased": True})
    asked, still_open = find_asked(db, session, submission, at_most=WINDOW_TRIALS + 1)
    if asked is None or asked.is_known_id:
        earlier = _find_acknowledgement(db, session, submission)
        if earlier is not None:
            return earlier
    if asked is None:
        raise TrialNotFoundError(f"this session has no trial {submission.trial_id!r}")
    if not asked.is_served:
        held = of_one_part(still_open[:WINDOW_TRIALS])
        if asked.trial_id not in {each.trial_id for each in held}:
            raise ResponseRefusedError("this trial has not been shown yet")
        note_first_serving(db, asked.trial_id, received_at)
    check_answer(asked, submission)
    arrival = Arrival(received_at, origin)
    session.last_seen_at = received_at
    if asked.is_answered:
        return _store_conflict(db, session, submission, arrival)
    acknowledgement = _store_response(db, session, asked, submission, arrival)
    is_last = not {each.trial_id for each in still_open} - {asked.trial_id}
    update_stage(db, session, now=received_at, is_last=is_last)
    db.flush()
    return acknowledgement


def check_answer(trial: AskedTrial, submission: Submission) -> None:
    """Refuse an answer of another kind than the trial's task asks for.

    Raises:
        ResponseRefusedError: says which field is missing or too much.
    """
    is_rating = trial.task == RATING
    wanted = ("rating",) if is_rating else ("choice", "confidence")
    for name in ("choice", "confidence", "rating"):
        if (getattr(submission, name) is None) == (name in wanted):
            fault = "is missing" if name in wanted else "does not belong"
            raise ResponseRefusedError(
                f"{name}: {fault} in an answer to a {trial.task} trial; "
                f"send {' and '.join(wanted)}"
            )


def _find_acknowledgement(
    db: Session, session: StudySession, submission: Submission
) -> str | None:
    row = db.get(Response, submission.response_id) or db.get(
        ResponseConflict, submission.response_id
    )
    if row is None:
        return None
    if db.get_one(Trial, row.trial_id).session_id != session.session_id:
        raise TrialNotFoundError(f"no response {submission.response_id!r} here")
    if not _is_same(row, submission):
        raise ResponseRefusedError(
            f"response_id {submission.response_id!r} belongs to another answer; "
            "a new answer needs a new id"
        )
    return row.acknowledgement


def _is_same(row: Response | ResponseConflict, submission: Submission) -> bool:
    """Whether this is what was submitted, by the row it is stored in."""
    if isinstance(row, ResponseConflict):
        return row.payload == _payload(submission)
    answer = submission.answer()
    return all(getattr(row, name) == value for name, value in answer.items())


def _payload(submission: Submission) -> dict[str, Any]:
    """The whole submission in values that JSON knows."""
    shown_at = submission.shown_at
    return {
        **submission.answer(),
        "shown_at": shown_at and shown_at.isoformat(),
        "events": [
            {**asdict(event), "started_at": event.started_at.isoformat()}
            for event in submission.events
        ],
    }


def _store_response(
    db: Session,
    session: StudySession,
    trial: AskedTrial,
    submission: Submission,
    arrival: Arrival,
) -> str:
    is_correct = None
    if submission.choice is not None:
        is_correct = submission.choice == trial.correct_option
    response = Response(
        **submission.answer(),
        **arrival._asdict(),
        is_correct=is_correct,
        is_late=is_late(session, arrival.received_at),
    )
    events = [
        PageEvent(
            session_id=session.session_id, trial_id=trial.trial_id, **asdict(event)
        )
        for event in submission.events
    ]
    chain.append(session, response, events)
    acknowledgement = _acknowledgement(session, submission, arrival.received_at)
    definition = definition_of(session.study)
    is_practice = trial.block_index is None
    if is_correct is not None and has_feedback(definition, is_practice=is_practice):
        acknowledgement["feedback"] = {
            "is_correct": is_correct,
            "correct_option": trial.correct_option,
            "score": score_with(db, session, definition, trial, is_correct=is_correct),
        }
    response.acknowledgement = as_json(acknowledgement)
    db.execute(_STORE, {name: getattr(response, name) for name in _COLUMNS})
    db.add_all(events)
    return response.acknowledgement


def is_late(session: StudySession, received_at: datetime) -> bool:
    """Whether an answer comes after its session's place was or could be given away."""
    has_place = session.holds_slot or session.is_preview
    return received_at > session.lease_expires_at or not has_place


def _store_conflict(
    db: Session, session: StudySession, submission: Submission, arrival: Arrival
) -> str:
    acknowledgement = _acknowledgement(session, submission, arrival.received_at)
    conflict = ResponseConflict(
        response_id=submission.response_id,
        trial_id=submission.trial_id,
        payload=_payload(submission),
        **arrival._asdict(),
        acknowledgement=as_json({**acknowledgement, "is_conflict": True}),
    )
    db.add(conflict)
    db.flush()
    return conflict.acknowledgement


def _acknowledgement(
    session: StudySession, submission: Submission, received_at: datetime
) -> dict[str, Any]:
    moment = received_at.isoformat(timespec="milliseconds")
    return {
        "response_id": submission.response_id,
        "received_at": moment.replace("+00:00", "Z"),
        "n_stored": session.n_stored,
        "is_conflict": False,
        "digest": session.chain_digest,
    }


def as_json(content: dict[str, Any]) -> str:
    """An answer in the bytes that are stored and sent."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
