"""Roles, second factors and logins; drafts; what researchers did and decided."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import MOMENT, TEXT

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """From revision 0006 to 0007; whoever has an account becomes an owner."""
    _extend_researchers()
    with op.batch_alter_table("study") as changes:
        changes.add_column(sa.Column("launched_at", MOMENT))
    op.execute("UPDATE study SET launched_at = created_at")
    _make_tables_of_accounts()
    _make_tables_of_decisions()


def _extend_researchers() -> None:
    with op.batch_alter_table("researcher") as changes:
        changes.add_column(sa.Column("role", TEXT))
        changes.add_column(sa.Column("totp_salt", TEXT))
        changes.add_column(sa.Column("totp_step", sa.Integer()))
    op.execute("UPDATE researcher SET role = 'owner'")
    with op.batch_alter_table("researcher") as changes:
        changes.alter_column("role", existing_type=TEXT, nullable=False)


def _make_tables_of_accounts() -> None:
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", TEXT, nullable=False),
        sa.Column("researcher_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["researcher_id"], ["researcher.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code_sha256"),
    )
    op.create_index(
        "ix_recovery_code_researcher_id", "recovery_code", ["researcher_id"]
    )
    op.create_table(
        "login",
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("researcher_id", sa.Integer(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("began_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["researcher_id"], ["researcher.id"], ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_index("ix_login_researcher_id", "login", ["researcher_id"])
    op.create_table(
        "setup_link",
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_sha256"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("entry_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("done_at", MOMENT, nullable=False),
        sa.Column("actor", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("study_id", TEXT, nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("digest", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("entry_index"),
    )


def _make_tables_of_decisions() -> None:
    op.create_table(
        "design_audit",
        sa.Column("study_pk", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["study_pk"], ["study.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("study_pk"),
    )
    op.create_table(
        "unblinding",
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("unblinded_at", MOMENT, nullable=False),
        sa.Column("unblinded_by", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.PrimaryKeyConstraint("study_id"),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("outcome", TEXT, nullable=True),
        sa.Column("erased_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_erasure_study_id", "erasure", ["study_id"])
    op.create_table(
        "bonus",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("payee", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("amount_cents", sa.Integer(), nullable=False),
        sa.Column("proposed_by", TEXT, nullable=False),
        sa.Column("proposed_at", MOMENT, nullable=False),
        sa.Column("confirmed_by", TEXT, nullable=True),
        sa.Column("confirmed_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("study_id", "payee", "reason"),
    )
    op.create_index("ix_bonus_study_id", "bonus", ["study_id"])
