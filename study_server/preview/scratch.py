"""A data folder of its own for one preview, gone when the preview ends. No Flask."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from study_server.bundle import read_bundle
from study_server.config import ServerConfig
from study_server.db import Database
from study_server.design.definition import StudyDefinition
from study_server.services.bundles import import_bundle
from study_server.services.studies import create_study


@contextmanager
def scratch_study(definition: StudyDefinition, folder: Path) -> Iterator[ServerConfig]:
    """A server's data with this one study on this bundle, and nothing else.

    Args:
        folder: of the bundle.

    Raises:
        BundleError: the bundle is damaged.
        DefinitionError: the study asks for more than the bundle has.
    """
    data_dir = Path(tempfile.mkdtemp(prefix="study-preview-"))
    owner = os.getpid()
    try:
        config = ServerConfig(data_dir=data_dir, is_preview=True, min_free_bytes=0)
        _fill(config, definition, folder)
        yield config
    finally:
        if os.getpid() == owner:  # the server's workers pass here too when they end
            shutil.rmtree(data_dir, ignore_errors=True)


def _fill(config: ServerConfig, definition: StudyDefinition, folder: Path) -> None:
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
