"""A work folder keyed by content: what was finished once is never made again.

A unit of work is stored under the hash of everything its result depends on, in one
file that is whole or absent. A run killed at any time therefore loses the units it
was busy with and nothing else. No torch.
"""

import hashlib
import io
import json
import logging
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.errors import OutputError

logger = logging.getLogger(__name__)

Arrays = Mapping[str, NDArray[Any]]


def content_key(*parts: object) -> str:
    """64 hex digits that change with any of the parts.

    Args:
        parts: anything JSON can write; tuples count as lists.
    """
    text = json.dumps(parts, sort_keys=True, allow_nan=False, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is complete on the disk, or not there at all.

    Raises:
        OutputError: the disk refuses it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}.{os.getpid()}.unfinished")
        try:
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error}") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkFolder:
    """Finished units of work, one file each."""

    path: Path
    """Folder of the files; made when the first unit is stored."""

    def load(self, key: str) -> dict[str, NDArray[Any]] | None:
        """The arrays stored under a key; None when the unit is not finished.

        A file that cannot be read (a damaged disk, an older format) is as good as
        absent: it is dropped with a warning, and the unit will be made again.
        """
        file = self._file(key)
        try:
            # An own stream, because np.load leaves a damaged file open.
            with file.open("rb") as stream, np.load(stream) as stored:
                return {name: stored[name] for name in stored.files}
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
            logger.warning("dropped unreadable work file %s: %s", file, error)
            file.unlink(missing_ok=True)
            return None

    def store(self, key: str, arrays: Arrays) -> None:
        """Keep the arrays of a finished unit under its key.

        Raises:
            OutputError: the disk refuses it.
        """
        buffer = io.BytesIO()
        np.savez(buffer, allow_pickle=False, **arrays)
        write_whole(self._file(key), buffer.getvalue())

    def _file(self, key: str) -> Path:
        return self.path / key[:2] / f"{key}.npz"
