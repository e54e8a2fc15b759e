"""Find places and leases without reading every session."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """From revision 0005 to 0006."""
    op.create_index(
        "ix_study_session_slot", "study_session", ["study_id", "slot_index"]
    )
    op.create_index(
        "ix_study_session_running_lease",
        "study_session",
        ["study_id", "lease_expires_at"],
        sqlite_where=sa.text("holds_slot = 1 AND outcome IS NULL"),
        postgresql_where=sa.text("holds_slot AND outcome IS NULL"),
    )
