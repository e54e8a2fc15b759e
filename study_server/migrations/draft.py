"""Write the revision that leads from the newest one to the models as they are now.

    python -m study_server.migrations.draft "Count the responses of a session"

Read what it wrote: it cannot know what rows that exist should hold in a new column.
"""

import argparse
import re
from pathlib import Path
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.migration import MigrationContext
from alembic.operations.ops import UpgradeOps
from sqlalchemy import String, create_engine

from study_server.migrations.upgrade import revisions, upgrade_to
from study_server.models import Base, UtcDateTime

VERSIONS = Path(__file__).parent / "versions"

REVISION = '''"""{message}."""

import sqlalchemy as sa
from alembic import op

from study_server.migrations.columns import MOMENT, TEXT

revision = "{revision}"
down_revision = {before!r}


def upgrade() -> None:
    """From revision {before} to {revision}."""
    {body}
'''


def draft(message: str) -> Path:
    """Write the next revision and return its file."""
    before = revisions().get_current_head()
    revision = f"{int(before or 0) + 1:04}"
    name = re.sub(r"[^a-z0-9]+", "_", message.lower()).strip("_")
    path = VERSIONS / f"r{revision}_{name}.py"
    path.write_text(
        REVISION.format(
            message=message,
            revision=revision,
            before=before,
            body=_code_of_difference(),
        )
    )
    return path


def _code_of_difference() -> str:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        if revisions().get_current_head() is not None:
            upgrade_to(connection)
        context = MigrationContext.configure(connection)
        operations = produce_migrations(context, Base.metadata).upgrade_ops
    assert isinstance(operations, UpgradeOps)
    code = render_python_code(
        operations, render_as_batch=True, render_item=_render_type
    )
    return re.sub(r" *# ###.*\n?", "", code).strip()


def _render_type(kind: str, item: Any, _context: Any) -> Any:
    if kind == "type" and isinstance(item, UtcDateTime):
        return "MOMENT"
    if kind == "type" and type(item) is String:
        return "TEXT"
    return False


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Write the next revision.")
    parser.add_argument("message", help="what it changes, as a sentence")
    path = draft(parser.parse_args().message)
    print(f"Wrote {path}; read it, then run ruff and the tests of it")
