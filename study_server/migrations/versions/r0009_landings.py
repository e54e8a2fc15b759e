"""How many people saw a study's first page."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import TEXT

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """From revision 0008 to 0009."""
    op.create_table(
        "landing_count",
        sa.Column("study_id", TEXT, nullable=False),
        sa.Column("n_landed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("study_id"),
    )
