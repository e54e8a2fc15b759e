"""Tokens by which programs ask for exports."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import MOMENT, TEXT

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """From revision 0007 to 0008."""
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("token_sha256", TEXT, nullable=False),
        sa.Column("study_id", TEXT, nullable=True),
        sa.Column("scopes", TEXT, nullable=False),
        sa.Column("created_by", TEXT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_sha256"),
    )
