"""A server's data with one study in it and nothing else. No Flask."""

from datetime import UTC, datetime
from pathlib import Path

from study_server.bundle import read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import StudyDefinition
from study_server.services.bundles import import_bundle
from study_server.services.studies import create_study


def fill(config: ServerConfig, definition: StudyDefinition, folder: Path) -> None:
    """Make the tables, import the bundle and open the study.

    Args:
        config: of an empty data folder, and an empty database.
        folder: of the bundle.

    Raises:
        BundleError: the bundle is damaged.
        DefinitionError: the study asks for more than the bundle has.
    """
    bundle = read_bundle(folder)
    now = datetime.now(UTC)
    database = Database(config.resolved_database_url)
    try:
        database.prepare()
        with database.write() as db:
            import_bundle(db, folder, bundles_dir=config.bundles_dir, imported_at=now)
            create_study(db, definition, bundle, created_at=now)
    finally:
        database.close()
