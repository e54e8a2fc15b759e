"""A data folder of its own for one preview, gone when the preview ends. No Flask."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from study_server.config import ServerConfig
from study_server.design.definition import StudyDefinition
from study_server.scratch import fill


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
        fill(config, definition, folder)
        yield config
    finally:
        if os.getpid() == owner:  # the server's workers pass here too when they end
            shutil.rmtree(data_dir, ignore_errors=True)
