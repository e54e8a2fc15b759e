"""Which of the given files and folders belong to a data set."""

from collections.abc import Sequence
from pathlib import Path

from analysis.importers.borowski2021 import is_experiment
from analysis.importers.cells import ImportFormatError, read_header


def chosen_files(source: str, paths: Sequence[Path]) -> tuple[list[Path], list[str]]:
    """The files of a source, and a note about each that was left aside.

    Args:
        source: `borowski2021` (experiments are told by their headers), `imi2023` (of a
            folder, the responses that passed all checks if they are there, else all
            responses), or another, of which every file counts.
        paths: files, and folders whose CSV files are looked at, at any depth.

    Raises:
        ImportFormatError: a path or what it should hold is not there.
    """
    files: list[Path] = []
    notes: list[str] = []
    for path in paths:
        found = _csv_files(path)
        if source == "imi2023" and path.is_dir():
            found, left = _responses(found)
            notes += left
        files += found
    if source != "borowski2021":
        return files, notes
    used, skipped = _experiments(files)
    if not used:
        raise ImportFormatError(
            "no CSV file has the columns subject_id, instr_type and trial_type; "
            f"{'; '.join(skipped[:5])}"
        )
    return used, [*notes, *skipped]


def _experiments(files: Sequence[Path]) -> tuple[list[Path], list[str]]:
    used, skipped = [], []
    for path in files:
        try:
            is_used = is_experiment(read_header(path))
        except ImportFormatError as error:
            skipped.append(f"{path.name} cannot be read and was skipped: {error}")
            continue
        if is_used:
            used.append(path)
        else:
            skipped.append(f"{path.name} is no experiment and was skipped.")
    return used, skipped


def _responses(files: Sequence[Path]) -> tuple[list[Path], list[str]]:
    named = [path for path in files if path.name == "responses_main.csv"] or [
        path for path in files if path.name.startswith("responses")
    ]
    used = named or list(files)
    return used, [f"{path.name} was not used." for path in files if path not in used]


def _csv_files(path: Path) -> list[Path]:
    """A file; or CSV files at any depth, but for hidden ones and in hidden folders."""
    if not path.exists():
        raise ImportFormatError(f"there is no {path}. Give the data's files or folder.")
    if path.is_file():
        return [path]
    found = [
        file
        for file in sorted(path.rglob("*.csv"))
        if file.is_file()
        and not any(p.startswith(".") for p in file.relative_to(path).parts)
    ]
    if not found:
        raise ImportFormatError(
            f"{path} holds no CSV file. Give the folder of the data."
        )
    return found
