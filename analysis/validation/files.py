"""Which files of a folder belong to a public data set."""

from pathlib import Path

from analysis.importers.borowski2021 import is_experiment, read_borowski2021
from analysis.importers.cells import ImportFormatError, read_header
from analysis.importers.imi2023 import read_imi2023
from analysis.importers.trial_table import Imported


def read_borowski(folder: Path) -> tuple[Imported, list[str]]:
    """The experiments among the files, told by their headers, and what was skipped."""
    files = _csv_files(folder)
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
    if not used:
        raise ImportFormatError(
            f"no CSV file in {folder} has the columns subject_id, instr_type and "
            f"trial_type; found {', '.join(p.name for p in files[:5])}."
        )
    return read_borowski2021(used), skipped


def read_imi(folder: Path) -> tuple[Imported, list[str]]:
    """The responses that passed all checks if they are there, else all responses."""
    files = _csv_files(folder)
    named = [path for path in files if path.name == "responses_main.csv"] or [
        path for path in files if path.name.startswith("responses")
    ]
    used = named or files
    skipped = [f"{path.name} was not used." for path in files if path not in used]
    return read_imi2023(used), skipped


def _csv_files(folder: Path) -> list[Path]:
    """CSV files at any depth, but for those that are hidden or in a hidden folder."""
    if folder.is_file():
        return [folder]
    found = [
        path
        for path in sorted(folder.rglob("*.csv"))
        if path.is_file()
        and not any(p.startswith(".") for p in path.relative_to(folder).parts)
    ]
    if not found:
        raise ImportFormatError(
            f"{folder} holds no CSV file. Give the folder of the data."
        )
    return found
