"""Whether a text was pasted; nobody knows it of those that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """From revision 0004 to 0005."""
    op.add_column("answer", sa.Column("is_pasted", sa.Boolean(), nullable=True))
