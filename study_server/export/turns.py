"""How many exports are made at a time, in all of a server's processes together.

A turn is a lock on a file of the data folder: the system takes it back from whoever
dies. No Flask.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from study_server.errors import ExportBusyError
from study_server.file_lock import try_to_lock

MOST_AT_A_TIME = 2
RETRY_AFTER_S = 30


class Turn:
    """One of the turns there are, until it is given back."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def over(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks; the turn ends with them."""
        try:
            yield from chunks
        finally:
            self.give_back()

    def give_back(self) -> None:
        """Let the next export begin; twice is once."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def take_turn(data_dir: Path) -> Turn:
    """A turn, if one is free.

    Raises:
        ExportBusyError: as many exports as may be are being made.
    """
    for number in range(MOST_AT_A_TIME):
        place = data_dir / f".export-{number}.lock"
        handle = os.open(place, os.O_RDWR | os.O_CREAT, 0o600)
        if try_to_lock(handle):
            return Turn(handle)
        os.close(handle)
    raise ExportBusyError(
        f"{MOST_AT_A_TIME} exports are being made already, and more would slow down "
        f"participants; please try again in {RETRY_AFTER_S} seconds"
    )
