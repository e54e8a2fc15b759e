"""Which photographs a folder holds. No torch."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from generator.errors import PhotographError

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
"""File names that count as photographs, in any case."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Photograph:
    """One photograph of a folder."""

    path: str
    """Relative to the folder, with forward slashes."""

    sha256: str
    """Of the file."""

    class_label: str | None
    """The first sub-folder it lies in; None at the top."""


def list_photographs(folder: Path) -> list[Photograph]:
    """Every photograph under a folder, sorted by path, exact duplicates dropped.

    Of files with the same bytes the first path is kept.

    Raises:
        PhotographError: there is no such folder, or no photograph in it.
    """
    if not folder.is_dir():
        raise PhotographError(f"no folder of photographs at {folder}")
    paths = sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    if not paths:
        raise PhotographError(
            f"no photograph in {folder}; looked for {', '.join(sorted(SUFFIXES))}"
        )
    by_hash: dict[str, Photograph] = {}
    for path in paths:
        sha256 = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        label = path.split("/")[0] if "/" in path else None
        by_hash.setdefault(
            sha256, Photograph(path=path, sha256=sha256, class_label=label)
        )
    return list(by_hash.values())
