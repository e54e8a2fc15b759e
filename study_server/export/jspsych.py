"""The rows of jspsych.csv and jspsych_events.csv, as jsPsych has them. No Flask."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from study_server.errors import BundleError
from study_server.export.batches import Batch, batch_of
from study_server.export.cells import Value
from study_server.export.codebook import JSPSYCH_TABLES
from study_server.export.tables import in_batches, session_ids
from study_server.models import (
    PageEvent,
    Response,
    Study,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services.bundles import load_bundle

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


def jspsych_batches(
    db: Session, table: str, study_id: str, *, sessions: str, bundles_dir: Path
) -> Iterator[Batch]:
    """The rows of jspsych.csv or jspsych_events.csv, a few sessions at a time.

    Args:
        bundles_dir: folder of the imported bundles; layer, channel and model of a
            bundle that is not there any more are left empty.
    """
    columns = JSPSYCH_TABLES[table]
    places = FeaturePlaces(bundles_dir)
    order = (StudySession.session_id,)
    chosen = session_ids(db, study_id, sessions=sessions, order=order)
    for some in in_batches(chosen):
        answers = _numbered(db.execute(select_answers(), {"some": some}))
        if table == "jspsych":
            found = [_answer_values(row, index, places) for index, row in answers]
        else:
            found = _event_values(answers, _events_of(db, some))
        rows = [[values[column.name] for column in columns] for values in found]
        yield batch_of(rows, len(columns))


class FeaturePlaces:
    """Where features are, asked of each bundle once."""

    def __init__(self, bundles_dir: Path) -> None:
        self._bundles_dir = bundles_dir
        self._known: dict[str, dict[str, FeaturePlace]] = {}

    def find(self, bundle_id: str, feature_id: str) -> FeaturePlace:
        """`NOWHERE` if the bundle is not there any more."""
        if bundle_id not in self._known:
            self._known[bundle_id] = feature_places(self._bundles_dir, bundle_id)
        return self._known[bundle_id].get(feature_id, NOWHERE)


def _events_of(db: Session, some: Sequence[str]) -> dict[str, list[PageEvent]]:
    """Trial to its events, in the order of storage."""
    found: dict[str, list[PageEvent]] = {}
    query = select(PageEvent).where(PageEvent.session_id.in_(some))
    for event in db.scalars(query.order_by(PageEvent.event_id)):
        found.setdefault(event.trial_id, []).append(event)
    return found


def _event_values(
    answers: Iterable[tuple[int, Any]], events: dict[str, list[PageEvent]]
) -> list[dict[str, Value]]:
    return [
        {**_whose(row), "event": name, "trial": index, "time": round(time_ms)}
        for index, row in answers
        for time_ms, name in sorted(
            moment
            for event in events.get(row.Trial.trial_id, [])
            for moment in moments_of(event)
        )
    ]


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
        same = row.StudySession.session_id == session_id
        trial_index = trial_index + 1 if same else 0
        session_id = row.StudySession.session_id
        yield trial_index, row


def _whose(row: Any) -> dict[str, Value]:
    return {
        "subject_id": row.StudySession.participant_id,
        "study_id": row.Study.study_id,
        "session_id": row.StudySession.session_id,
    }


def select_answers() -> Select[Response, Trial, StudySession, Study]:
    """Answers of some sessions with trial, session and study, as they were shown."""
    return (
        select(Response, Trial, StudySession, Study)
        .select_from(Response)
        .join(Trial)
        .join(StudySession)
        .join(Study)
        .where(StudySession.session_id.in_(bindparam("some", expanding=True)))
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


def _answer_values(
    row: Any, trial_index: int, places: FeaturePlaces
) -> dict[str, Value]:
    response, trial = row.Response, row.Trial
    is_rating = response.rating is not None
    return {
        **_whose(row),
        "trial_index": trial_index,
        "trial_type": SLIDER if is_rating else BUTTONS,
        "stimulus": json.dumps(trial.option_stimulus_ids),
        "response": str(response.rating) if is_rating else response.choice,
        "rt": round(response.rt_ms),
        "time_elapsed": _elapsed_ms(row.StudySession, response),
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
        **places.find(row.Study.bundle_id, trial.feature_id)._asdict(),
    }


def _elapsed_ms(session: StudySession, response: Response) -> int:
    return round((response.received_at - session.created_at).total_seconds() * 1000)
