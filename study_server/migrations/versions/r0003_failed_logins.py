"""Failed logins are counted in the database."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import MOMENT, TEXT

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """From revision 0002 to 0003."""
    op.create_table(
        "failed_login",
        sa.Column("key_sha256", TEXT, nullable=False),
        sa.Column("n_failures", sa.Integer(), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key_sha256"),
    )
    op.create_index("ix_failed_login_last_at", "failed_login", ["last_at"])
