"""A hash chain over the responses of each session; what is refused is kept."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import MOMENT, TEXT, part_of
from study_server.migrations.first_chain import chain_responses, write_acknowledgements

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """From revision 0003 to 0004."""
    _make_tables()
    _add_columns()
    connection = op.get_bind()
    chain_responses(connection)
    write_acknowledgements(connection)
    _refuse_gaps()


def _make_tables() -> None:
    op.create_table(
        "response_rejected",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("trial_id", TEXT, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("body_sha256", TEXT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("session_id", "body_sha256"),
    )
    op.create_table(
        "start_request",
        sa.Column("key_sha256", TEXT, nullable=False),
        sa.Column("session_id", TEXT, nullable=False),
        sa.Column("request_sha256", TEXT, nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        part_of("study_session", "session_id"),
        sa.PrimaryKeyConstraint("key_sha256"),
    )
    op.create_index("ix_start_request_session_id", "start_request", ["session_id"])


def _add_columns() -> None:
    """New columns, still empty; acknowledgements become the text that was sent."""
    for table in ("response", "response_conflict"):
        with op.batch_alter_table(table) as changes:
            changes.add_column(sa.Column("origin", TEXT))
            changes.alter_column(
                "acknowledgement",
                existing_type=sa.JSON(),
                type_=sa.Text(),
                postgresql_using="acknowledgement::text",
            )
        op.execute(f"UPDATE {table} SET origin = 'sent'")
    with op.batch_alter_table("response") as changes:
        changes.add_column(sa.Column("session_id", TEXT))
        changes.add_column(sa.Column("chain_index", sa.Integer()))
        changes.add_column(sa.Column("digest", TEXT))
    with op.batch_alter_table("study_session") as changes:
        changes.add_column(sa.Column("n_stored", sa.Integer()))
        changes.add_column(sa.Column("chain_digest", TEXT))
    op.execute("UPDATE study_session SET n_stored = 0")


def _refuse_gaps() -> None:
    """From now on every row has its place."""
    with op.batch_alter_table("response") as changes:
        for name, kind in (
            ("origin", TEXT),
            ("session_id", TEXT),
            ("chain_index", sa.Integer()),
            ("digest", TEXT),
        ):
            changes.alter_column(name, existing_type=kind, nullable=False)
        changes.create_unique_constraint(
            "one_response_per_link", ["session_id", "chain_index"]
        )
    with op.batch_alter_table("response_conflict") as changes:
        changes.alter_column("origin", existing_type=TEXT, nullable=False)
    with op.batch_alter_table("study_session") as changes:
        changes.alter_column("n_stored", existing_type=sa.Integer(), nullable=False)
