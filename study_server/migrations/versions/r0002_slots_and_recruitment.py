"""Slots as rows, pseudonyms, personal links and what platforms tell."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import MOMENT, TEXT, part_of

revision = "0002"
down_revision = "0001"

SESSION_COLUMNS = (
    ("pseudonym", TEXT),
    ("submission_pseudonym", TEXT),
    ("link_pk", sa.Integer()),
    ("study_id", TEXT),
    ("freed_at", MOMENT),
    ("freed_by", TEXT),
    ("freed_note", TEXT),
    ("submission_status", TEXT),
    ("submission_status_at", MOMENT),
)


def upgrade() -> None:
    """From revision 0001 to 0002."""
    _make_slots()
    _make_links()
    _make_recruitment()
    _extend_sessions()


def _make_slots() -> None:
    op.create_table(
        "slot",
        sa.Column("study_pk", sa.Integer(), nullable=False),
        sa.Column("is_simulated", sa.Boolean(), nullable=False),
        sa.Column("slot_index", sa.Integer(), nullable=False),
        sa.Column("slot_group", TEXT, nullable=False),
        sa.Column("list_index", sa.Integer(), nullable=False),
        sa.Column("sequence_index", sa.Integer(), nullable=False),
        sa.Column("pair_offset", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_pk"], ["study.id"]),
        sa.PrimaryKeyConstraint("study_pk", "is_simulated", "slot_index"),
    )
    op.create_table(
        "automatic_pause",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_pk", sa.Integer(), nullable=False),
        sa.Column("rule_index", sa.Integer(), nullable=False),
        sa.Column("paused_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["study_pk"], ["study.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("study_pk", "rule_index"),
    )


def _make_links() -> None:
    op.create_table(
        "personal_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("n_uses", sa.Integer(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_sha256"),
    )
    op.create_index("ix_personal_link_study_id", "personal_link", ["study_id"])
    op.create_table(
        "session_token",
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_index("ix_session_token_session_id", "session_token", ["session_id"])


def _make_recruitment() -> None:
    op.create_table(
        "platform_identity",
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("participant_id", TEXT, nullable=True),
        sa.Column("submission_id", TEXT, nullable=True),
        sa.Column("study_ref", TEXT, nullable=True),
        sa.Column("others", sa.JSON(), nullable=False),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("session_id"),
    )
    op.create_table(
        "webhook_event",
        sa.Column("platform", TEXT, nullable=False),
        sa.Column("event_id", TEXT, nullable=False),
        sa.Column("event_type", TEXT, nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("status", TEXT, nullable=True),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("platform", "event_id"),
    )
    op.create_index("ix_webhook_event_subject", "webhook_event", ["subject"])


def _extend_sessions() -> None:
    """Slots now belong to all versions of a study together."""
    op.drop_index("one_live_session_per_slot", "study_session")
    for name, kind in SESSION_COLUMNS:
        op.add_column("study_session", sa.Column(name, kind, nullable=True))
    op.execute(
        "UPDATE study_session SET study_id = "
        "(SELECT study.study_id FROM study WHERE study.id = study_session.study_pk)"
    )
    _keep_newest_holders()
    with op.batch_alter_table("study_session") as sessions:
        sessions.alter_column("study_id", existing_type=TEXT, nullable=False)
    op.create_index(
        "one_live_session_per_slot",
        "study_session",
        ["study_id", "slot_index", "is_simulated"],
        unique=True,
        sqlite_where=sa.text("holds_slot"),
        postgresql_where=sa.text("holds_slot"),
    )
    op.create_index(
        "ix_study_session_submission_pseudonym",
        "study_session",
        ["submission_pseudonym"],
    )
    op.create_index(
        "one_session_per_person", "study_session", ["pseudonym"], unique=True
    )


def _keep_newest_holders() -> None:
    """Where two versions gave the same slot away, the newer one's session holds it."""
    session = sa.table(
        "study_session",
        sa.column("study_pk", sa.Integer()),
        sa.column("study_id", TEXT),
        sa.column("slot_index", sa.Integer()),
        sa.column("is_simulated", sa.Boolean()),
        sa.column("holds_slot", sa.Boolean()),
    )
    newer = session.alias("newer")
    op.execute(
        session.update()
        .values(holds_slot=False)
        .where(
            session.c.holds_slot,
            sa.exists().where(
                newer.c.holds_slot,
                newer.c.study_id == session.c.study_id,
                newer.c.slot_index == session.c.slot_index,
                newer.c.is_simulated == session.c.is_simulated,
                newer.c.study_pk > session.c.study_pk,
            ),
        )
    )
