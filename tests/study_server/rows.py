"""Rows for tests that need a filled database and no participant."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from study_server.models import (
    Answer,
    ImportedBundle,
    Origin,
    Outcome,
    Response,
    ResponseConflict,
    Stage,
    Study,
    StudySession,
    Trial,
    TrialKind,
)
from study_server.services import chain

MORNING = datetime(2024, 5, 1, 9, 30, 15, 250_000, tzinfo=UTC)


def add_study(
    db: Session,
    study_id: str = "demo",
    *,
    version: int = 1,
    title: str = "A study of pictures",
) -> Study:
    """An open study on a bundle of no images."""
    if db.get(ImportedBundle, "tiny-0123456789ab") is None:
        db.add(
            ImportedBundle(
                bundle_id="tiny-0123456789ab",
                manifest_sha256="m" * 64,
                imported_at=MORNING,
            )
        )
        db.flush()
    study = Study(
        study_id=study_id,
        version=version,
        title=title,
        status="open",
        definition={"study": {"study_id": study_id, "title": title}},
        definition_sha256="d" * 64,
        bundle_id="tiny-0123456789ab",
        created_at=MORNING,
        launched_at=MORNING,
    )
    db.add(study)
    db.flush()
    return study


def add_session(
    db: Session,
    study: Study,
    session_id: str,
    *,
    slot_index: int = 0,
    stage: str = Stage.MAIN,
    outcome: str | None = None,
    is_simulated: bool = False,
    strategy: str | None = None,
) -> StudySession:
    """One sitting; its participant is named after it."""
    session = StudySession(
        session_id=session_id,
        token_sha256=f"token of {session_id}",
        participant_id=f"p-{session_id}",
        study_pk=study.id,
        study_id=study.study_id,
        rng_seed=7,
        slot_index=slot_index,
        slot_group="crossed",
        holds_slot=True,
        list_index=1,
        sequence_index=2,
        pair_offset=0,
        stage=stage,
        outcome=outcome,
        is_simulated=is_simulated,
        language="en",
        created_at=MORNING,
        consented_at=MORNING,
        consent_sha256="c" * 64,
        instructions_ms=21_000.5,
        main_started_at=None,
        completed_at=MORNING if outcome == Outcome.COMPLETED else None,
        last_seen_at=MORNING,
        lease_expires_at=MORNING + timedelta(hours=1),
    )
    db.add(session)
    db.flush()
    if strategy is not None:
        add_answer(db, session, "strategy", strategy)
    return session


def add_answer(db: Session, session: StudySession, question: str, answer: str) -> None:
    """The answer to one of the study's questions."""
    db.add(
        Answer(
            session_id=session.session_id,
            question=question,
            answer=answer,
            answered_at=MORNING,
        )
    )
    db.flush()


def add_trial(
    db: Session,
    session: StudySession,
    trial_index: int,
    *,
    trial_kind: str = TrialKind.MAIN,
    condition: str = "natural",
    feature_id: str = "logit:brick",
    is_shown: bool = True,
) -> Trial:
    """One planned trial whose correct option is on the left."""
    trial = Trial(
        trial_id=f"{session.session_id}-t{trial_index}",
        session_id=session.session_id,
        trial_index=trial_index,
        presentation_index=trial_index,
        task="two_alternative",
        block_index=None if trial_kind == TrialKind.PRACTICE else 0,
        practice_round=0 if trial_kind == TrialKind.PRACTICE else None,
        trial_kind=trial_kind,
        condition=condition,
        feature_id=feature_id,
        query_pair_id="q1",
        stratum="far",
        activation_gap=62.5,
        target_stimulus_id="a" * 32,
        distractor_stimulus_id="b" * 32,
        option_stimulus_ids=["a" * 32, "b" * 32],
        correct_option="left",
        panel_stimulus_ids=["c" * 32, "e" * 32],
        negative_panel_stimulus_ids=[],
        reference_stimulus_id=None,
        first_served_at=MORNING if is_shown else None,
    )
    db.add(trial)
    db.flush()
    return trial


def add_response(db: Session, trial: Trial, *, choice: str = "left") -> Response:
    """The answer to a trial, at the end of its session's chain."""
    response = response_to(trial, choice=choice)
    chain.append(db.get_one(StudySession, trial.session_id), response, [])
    db.add(response)
    db.flush()
    return response


def response_to(trial: Trial, *, choice: str = "left") -> Response:
    """An answer to a trial that has no place in a chain yet."""
    return Response(
        response_id=f"r-{trial.trial_id}",
        trial_id=trial.trial_id,
        choice=choice,
        is_correct=choice == trial.correct_option,
        confidence=2,
        rating=None,
        rt_ms=1234.5678901,
        panel_onset_ms=None,
        onset_ms=100.0,
        response_ms=1334.5678901,
        unlocked_ms=100.0,
        frame_interval_ms=16.7,
        onset_method="raf_after_decode",
        input_modality="mouse",
        hidden_ms=0.0,
        blurred_ms=0.0,
        n_resizes=0,
        n_fullscreen_exits=0,
        n_onsets=1,
        viewport_width_px=1280,
        viewport_height_px=720,
        device_pixel_ratio=2.0,
        is_fullscreen=False,
        is_small_window=False,
        automation_signals=[],
        shown_at=MORNING,
        received_at=MORNING,
        is_late=False,
        origin=Origin.SENT,
        acknowledgement="{}",
    )


def add_conflict(db: Session, trial: Trial, response_id: str) -> None:
    """A differing second answer to a trial."""
    db.add(
        ResponseConflict(
            response_id=response_id,
            trial_id=trial.trial_id,
            payload={},
            received_at=MORNING,
            acknowledgement="{}",
        )
    )
    db.flush()
