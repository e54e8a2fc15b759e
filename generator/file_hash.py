"""SHA-256 of files, one by one and as a set. No torch."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_sha256(path: Path) -> str:
    """64 hex digits that stand for a file's bytes.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def set_sha256(hashes: Iterable[str]) -> str:
    """64 hex digits that stand for a set of files, in whatever order they come.

    Args:
        hashes: of each file; they are sorted and written one per line.
    """
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()
