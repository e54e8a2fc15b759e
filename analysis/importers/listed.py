"""The importers by name."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from analysis.importers.borowski2021 import read_borowski2021
from analysis.importers.cells import ImportFormatError
from analysis.importers.imi2023 import read_imi2023
from analysis.importers.jspsych import read_jspsych
from analysis.importers.psychopy import read_psychopy
from analysis.importers.trial_table import Imported

_PUBLISHED: Mapping[str, Callable[[Sequence[Path]], Imported]] = {
    "borowski2021": read_borowski2021,
    "imi2023": read_imi2023,
}
_PROGRAMS: Mapping[str, Callable[..., Imported]] = {
    "jspsych": read_jspsych,
    "psychopy": read_psychopy,
}


def read_source(
    source: str, paths: Sequence[Path], *, columns: Mapping[str, str] | None = None
) -> Imported:
    """The trials of files of one source.

    Args:
        source: `borowski2021`, `imi2023`, `jspsych` or `psychopy`.
        columns: our column -> theirs, for the last two.

    Raises:
        ImportFormatError: a file is not of the source's layout; names file and column.
    """
    if source in _PROGRAMS:
        return _PROGRAMS[source](paths, columns=columns)
    if columns:
        raise ImportFormatError(
            f"the layout of {source} is known; columns can be named for "
            f"{' and '.join(_PROGRAMS)} only."
        )
    return _PUBLISHED[source](paths)
