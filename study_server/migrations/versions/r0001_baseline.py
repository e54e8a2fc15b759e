"""The schema when revisions began to be counted."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import MOMENT, TEXT, part_of

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing to revision 0001."""
    _make_studies()
    _make_sessions()
    _make_texts()
    _make_records_of_sessions()
    _make_trials()
    _make_records_of_trials()
    _make_responses()


def _make_studies() -> None:
    op.create_table(
        "imported_bundle",
        sa.Column("bundle_id", TEXT, nullable=False),
        sa.Column("manifest_sha256", TEXT, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("bundle_id"),
    )
    op.create_table(
        "researcher",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("password_hash", TEXT, nullable=False),
        sa.Column("has_one_time_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_login_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "study",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("definition_sha256", TEXT, nullable=False),
        sa.Column("bundle_id", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["bundle_id"], ["imported_bundle.bundle_id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("study_id", "version"),
    )
    op.create_index("ix_study_study_id", "study", ["study_id"])


def _make_sessions() -> None:
    op.create_table(
        "study_session",
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("participant_id", TEXT, nullable=False),
        sa.Column("study_pk", sa.Integer(), nullable=False),
        sa.Column("rng_seed", sa.BigInteger(), nullable=False),
        sa.Column("design_version", sa.Integer(), nullable=False),
        sa.Column("slot_index", sa.Integer(), nullable=False),
        sa.Column("slot_group", TEXT, nullable=False),
        sa.Column("holds_slot", sa.Boolean(), nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("sequence_index", sa.Integer(), nullable=False),
        sa.Column("pair_offset", sa.Integer(), nullable=False),
        sa.Column("stage", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=True),
        sa.Column("outcome_reason", TEXT, nullable=True),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("is_preview", sa.Boolean(), nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("consented_at", MOMENT, nullable=True),
        sa.Column("consent_sha256", TEXT, nullable=False),
        sa.Column("instructions_ms", sa.Double(), nullable=True),
        sa.Column("instructions_page", sa.Integer(), nullable=False),
        sa.Column("practice_round", sa.Integer(), nullable=False),
        sa.Column("checked_at", MOMENT, nullable=True),
        sa.Column("window_width_px", sa.Integer(), nullable=True),
        sa.Column("window_height_px", sa.Integer(), nullable=True),
        sa.Column("is_small_at_check", sa.Boolean(), nullable=True),
        sa.Column("has_outbox", sa.Boolean(), nullable=True),
        sa.Column("main_started_at", MOMENT, nullable=True),
        sa.Column("completed_at", MOMENT, nullable=True),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("lease_expires_at", MOMENT, nullable=False),
        sa.Column("is_surplus", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["study_pk"], ["study.id"]),
        sa.PrimaryKeyConstraint("session_id"),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_index(
        "ix_study_session_participant_id", "study_session", ["participant_id"]
    )
    op.create_index("ix_study_session_study_pk", "study_session", ["study_pk"])
    op.create_index(
        "one_live_session_per_slot",
        "study_session",
        ["study_pk", "slot_index", "is_simulated"],
        unique=True,
        sqlite_where=sa.text("holds_slot"),
        postgresql_where=sa.text("holds_slot"),
    )


def _make_texts() -> None:
    op.create_table(
        "study_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_pk", sa.Integer(), nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("strings", sa.JSON(), nullable=False),
        sa.Column("consent", TEXT, nullable=False),
        sa.Column("consent_sha256", TEXT, nullable=False),
        sa.ForeignKeyConstraint(["study_pk"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("study_pk", "language"),
    )


def _make_records_of_sessions() -> None:
    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("question", TEXT, nullable=False),
        sa.Column("answer", TEXT, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id", "question"),
    )
    op.create_index("ix_answer_session_id", "answer", ["session_id"])
    op.create_table(
        "comprehension_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("attempt_index", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("n_items", sa.Integer(), nullable=False),
        sa.Column("n_correct", sa.Integer(), nullable=False),
        sa.Column("submitted_at", MOMENT, nullable=False),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id", "attempt_index"),
    )
    op.create_index(
        "ix_comprehension_attempt_session_id", "comprehension_attempt", ["session_id"]
    )
    op.create_table(
        "page_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("visit_index", sa.Integer(), nullable=False),
        sa.Column("page", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("left_at", MOMENT, nullable=True),
        sa.Column("dwell_ms", sa.Double(), nullable=True),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_page_visit_session_id", "page_visit", ["session_id"])


def _make_trials() -> None:
    op.create_table(
        "trial",
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("trial_index", sa.Integer(), nullable=False),
        sa.Column("presentation_index", sa.Integer(), nullable=False),
        sa.Column("n_postponed", sa.Integer(), nullable=False),
        sa.Column("task", TEXT, nullable=False),
        sa.Column("block_index", sa.Integer(), nullable=True),
        sa.Column("practice_round", sa.Integer(), nullable=True),
        sa.Column("trial_kind", TEXT, nullable=False),
        sa.Column("condition", TEXT, nullable=False),
        sa.Column("feature_id", TEXT, nullable=False),
        sa.Column("query_pair_id", TEXT, nullable=True),
        sa.Column("stratum", TEXT, nullable=True),
        sa.Column("activation_gap", sa.Double(), nullable=True),
        sa.Column("target_stimulus_id", TEXT, nullable=False),
        sa.Column("distractor_stimulus_id", TEXT, nullable=True),
        sa.Column("option_stimulus_ids", sa.JSON(), nullable=False),
        sa.Column("correct_option", TEXT, nullable=True),
        sa.Column("panel_stimulus_ids", sa.JSON(), nullable=False),
        sa.Column("negative_panel_stimulus_ids", sa.JSON(), nullable=False),
        sa.Column("reference_stimulus_id", TEXT, nullable=True),
        sa.Column("first_served_at", MOMENT, nullable=True),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("trial_id"),
        sa.UniqueConstraint("session_id", "trial_index"),
    )
    op.create_index("ix_trial_session_id", "trial", ["session_id"])


def _make_records_of_trials() -> None:
    op.create_table(
        "appearance",
        sa.Column("image_id", TEXT, nullable=False),
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("place", TEXT, nullable=False),
        sa.Column("stimulus_id", TEXT, nullable=False),
        part_of("trial", "trial_id"),
        sa.PrimaryKeyConstraint("image_id"),
    )
    op.create_index("ix_appearance_trial_id", "appearance", ["trial_id"])
    op.create_table(
        "not_shown",
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        part_of("trial", "trial_id"),
        sa.PrimaryKeyConstraint("trial_id"),
    )
    op.create_table(
        "page_event",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("event", TEXT, nullable=False),
        sa.Column("start_ms", sa.Double(), nullable=False),
        sa.Column("duration_ms", sa.Double(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("value", TEXT, nullable=True),
        part_of("study_session", "session_id"),
        part_of("trial", "trial_id"),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("ix_page_event_session_id", "page_event", ["session_id"])
    op.create_index("ix_page_event_trial_id", "page_event", ["trial_id"])


def _make_responses() -> None:
    op.create_table(
        "response",
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("choice", TEXT, nullable=True),
        sa.Column("is_correct", sa.Boolean(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("rt_ms", sa.Double(), nullable=False),
        sa.Column("panel_onset_ms", sa.Double(), nullable=True),
        sa.Column("onset_ms", sa.Double(), nullable=False),
        sa.Column("response_ms", sa.Double(), nullable=False),
        sa.Column("unlocked_ms", sa.Double(), nullable=True),
        sa.Column("frame_interval_ms", sa.Double(), nullable=True),
        sa.Column("onset_method", TEXT, nullable=False),
        sa.Column("input_modality", TEXT, nullable=False),
        sa.Column("hidden_ms", sa.Double(), nullable=False),
        sa.Column("blurred_ms", sa.Double(), nullable=False),
        sa.Column("n_resizes", sa.Integer(), nullable=False),
        sa.Column("n_fullscreen_exits", sa.Integer(), nullable=False),
        sa.Column("n_onsets", sa.Integer(), nullable=False),
        sa.Column("viewport_width_px", sa.Integer(), nullable=True),
        sa.Column("viewport_height_px", sa.Integer(), nullable=True),
        sa.Column("device_pixel_ratio", sa.Double(), nullable=True),
        sa.Column("is_fullscreen", sa.Boolean(), nullable=True),
        sa.Column("is_small_window", sa.Boolean(), nullable=True),
        sa.Column("automation_signals", sa.JSON(), nullable=False),
        sa.Column("shown_at", MOMENT, nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("acknowledgement", sa.JSON(), nullable=False),
        part_of("trial", "trial_id"),
        sa.PrimaryKeyConstraint("response_id"),
        sa.UniqueConstraint("trial_id"),
    )
    op.create_table(
        "response_conflict",
        sa.Column("response_id", TEXT, nullable=False),
        sa.Column("trial_id", TEXT, nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("acknowledgement", sa.JSON(), nullable=False),
        part_of("trial", "trial_id"),
        sa.PrimaryKeyConstraint("response_id"),
    )
    op.create_index("ix_response_conflict_trial_id", "response_conflict", ["trial_id"])
