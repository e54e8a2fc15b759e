"""The rows of jspsych.csv and jspsych_events.csv, as jsPsych has them. No Flask."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from study_server.errors import BundleError
from study_server.export.cells import cell
from study_server.export.columns.jspsych import JSPSYCH, JSPSYCH_EVENTS
from study_server.export.tables import ROWS_PER_FETCH, in_study
from study_server.models import (
    PageEvent,
    Response,
    Study,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.bundles import load_bundle

OPTIONS = {"yield_per": ROWS_PER_FETCH}
BEGIN_AND_END = {
    "blurred": ("blur", "focus"),
    "hidden": ("hidden", "visible"),
    "fullscreen": ("fullscreenenter", "fullscreenexit"),
}
"""What lasts, and what jsPsych calls its beginning and its end."""

BUTTONS, SLIDER = "image-button-response", "image-slider-response"


class FeaturePlace(NamedTuple):
    """Where in which network a feature is; None what nobody knows any more."""

    layer: str | None
    channel: int | None
    model: str | None


NOWHERE = FeaturePlace(None, None, None)


def jspsych_rows(
    db: Session, study_id: str, *, sessions: str, bundles_dir: Path
) -> Iterator[list[str]]:
    """The cells of jspsych.csv, row by row, without the header.

    Args:
        bundles_dir: folder of the imported bundles; layer, channel and model of a
            bundle that is not there any more are left empty.
    """
    places: dict[str, dict[str, FeaturePlace]] = {}
    statement = select_answers().where(*in_study(study_id, sessions))
    for trial_index, found in _numbered(
        db.execute(statement, execution_options=OPTIONS)
    ):
        response, trial, session, study = found
        if study.bundle_id not in places:
            places[study.bundle_id] = feature_places(bundles_dir, study.bundle_id)
        place = places[study.bundle_id].get(trial.feature_id, NOWHERE)
        values = {
            **_whose(session, study),
            "trial_index": trial_index,
            "time_elapsed": _elapsed_ms(session, response),
            **_answer(response, trial),
            **place._asdict(),
        }
        yield [cell(column, values[column.name]) for column in JSPSYCH]


def jspsych_event_rows(
    db: Session, study_id: str, *, sessions: str
) -> Iterator[list[str]]:
    """The cells of jspsych_events.csv, row by row, without the header."""
    statement = select_answers().where(*in_study(study_id, sessions))
    for trial_index, found in _numbered(db.execute(statement)):
        _, trial, session, study = found
        happened = [
            moment
            for event in db.scalars(
                select(PageEvent)
                .where(PageEvent.trial_id == trial.trial_id)
                .order_by(PageEvent.event_id)
            )
            for moment in moments_of(event)
        ]
        for time_ms, name in sorted(happened):
            values = {
                **_whose(session, study),
                "event": name,
                "trial": trial_index,
                "time": round(time_ms),
            }
            yield [cell(column, values[column.name]) for column in JSPSYCH_EVENTS]


def moments_of(event: PageEvent) -> list[tuple[float, str]]:
    """Beginning and end of an event as jsPsych tells them: time in ms, and name."""
    if event.event not in BEGIN_AND_END:
        return [(event.start_ms, event.event)]
    begin, end = BEGIN_AND_END[event.event]
    return [(event.start_ms, begin), (event.start_ms + event.duration_ms, end)]


def _numbered(found: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """Answers with their place in their session, from 0."""
    session_id, trial_index = "", 0
    for row in found:
        trial_index = trial_index + 1 if row[2].session_id == session_id else 0
        session_id = row[2].session_id
        yield trial_index, row


def _whose(session: StudySession, study: Study) -> dict[str, object]:
    return {
        "subject_id": session.participant_id,
        "study_id": study.study_id,
        "session_id": session.session_id,
    }


def select_answers() -> Select[Response, Trial, StudySession, Study]:
    """Every answer with its trial, session and study, in the order of the trials."""
    return (
        select(Response, Trial, StudySession, Study)
        .select_from(Response)
        .join(Trial)
        .join(StudySession)
        .join(Study)
        .order_by(Trial.session_id, Trial.presentation_index)
    )


def feature_places(bundles_dir: Path, bundle_id: str) -> dict[str, FeaturePlace]:
    """By feature_id; empty if the bundle is not there."""
    try:
        bundle = load_bundle(bundles_dir, bundle_id)
    except BundleError:
        return {}
    manifest = json.loads((bundle.folder / "manifest.json").read_text("utf-8"))
    model = manifest.get("network", {}).get("name")
    return {
        feature.feature_id: FeaturePlace(feature.layer, feature.unit_index, model)
        for feature in bundle.features
    }


def _answer(response: Response, trial: Trial) -> dict[str, object]:
    is_rating = response.rating is not None
    return {
        "trial_type": SLIDER if is_rating else BUTTONS,
        "stimulus": json.dumps(trial.option_stimulus_ids),
        "response": response.rating if is_rating else response.choice,
        "rt": round(response.rt_ms),
        "correct": response.is_correct,
        "confidence": response.confidence,
        "switched_queries": None if is_rating else trial.correct_option != "left",
        "is_demo": trial.trial_kind == TrialKind.PRACTICE,
        "catch_trial": trial.trial_kind == TrialKind.CATCH,
        "mode": trial.condition,
        "task": trial.task,
        "feature_id": trial.feature_id,
        "stratum": trial.stratum,
        "trial_id": trial.trial_id,
    }


def _elapsed_ms(session: StudySession, response: Response) -> int:
    return round((response.received_at - session.created_at).total_seconds() * 1000)
