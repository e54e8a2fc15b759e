"""Which photographs a folder holds. No torch."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.errors import PhotographError
from generator.file_hash import file_sha256

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


@dataclass(frozen=True, kw_only=True, slots=True)
class FolderListing:
    """The photographs of a folder, and the copies among its files."""

    photographs: tuple[Photograph, ...]
    """Sorted by path; of files with the same bytes only the first."""

    duplicates: tuple[str, ...]
    """Sorted paths of the files whose bytes an earlier path has already."""


def list_photographs(folder: Path) -> list[Photograph]:
    """Every photograph under a folder, sorted by path, exact duplicates dropped.

    Of files with the same bytes the first path is kept.

    Raises:
        PhotographError: there is no such folder, or no photograph in it.
    """
    return list(list_folder(folder).photographs)


def list_folder(folder: Path) -> FolderListing:
    """The photographs under a folder, and which files are copies of them.

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
    duplicates = []
    for path in paths:
        sha256 = photograph_sha256(folder / path)
        if sha256 in by_hash:
            duplicates.append(path)
            continue
        label = path.split("/")[0] if "/" in path else None
        by_hash[sha256] = Photograph(path=path, sha256=sha256, class_label=label)
    return FolderListing(
        photographs=tuple(by_hash.values()), duplicates=tuple(duplicates)
    )


def files_among(given: Sequence[Path]) -> list[Path]:
    """Files as they are and folders as the photographs in them, each once.

    Raises:
        PhotographError: there is no photograph in a folder.
    """
    files: list[Path] = []
    for path in given:
        if path.is_dir():
            files += [path / found.path for found in list_photographs(path)]
        else:
            files.append(path)
    return list(dict.fromkeys(files))


def distinct_files(folders: Sequence[Path]) -> dict[str, Path]:
    """The photographs of some folders: of each its SHA-256, and where it lies.

    A photograph in two folders counts once.

    Raises:
        PhotographError: there is no such folder, or no photograph in it.
    """
    files: dict[str, Path] = {}
    for folder in folders:
        for photograph in list_photographs(folder):
            files.setdefault(photograph.sha256, folder / photograph.path)
    return files


def photograph_sha256(path: Path) -> str:
    """SHA-256 of a photograph's bytes.

    Raises:
        PhotographError: the file cannot be read at all.
    """
    try:
        return file_sha256(path)
    except OSError as error:
        raise PhotographError(f"{path} cannot be read: {error}") from error


def display_names(paths: Sequence[Path]) -> dict[Path, str]:
    """What each is called in tables: the file's name, its path where two share it."""
    count = Counter(path.name for path in paths)
    names = {p: p.name if count[p.name] == 1 else p.as_posix() for p in paths}
    # File names may hold bytes that are no text.
    return {
        path: name.encode(errors="backslashreplace").decode()
        for path, name in names.items()
    }
