"""Types of columns as revisions write them down."""

from sqlalchemy import DateTime, ForeignKeyConstraint, String

TEXT = String().with_variant(String(collation="C"), "postgresql")
"""Text that both databases sort in one way, by its characters' numbers."""

MOMENT = DateTime(timezone=True)
"""A moment in UTC."""


def part_of(table: str, column: str) -> ForeignKeyConstraint:
    """Rows that refer to a row by its key, of the same name, and go with it."""
    return ForeignKeyConstraint([column], [f"{table}.{column}"], ondelete="CASCADE")
