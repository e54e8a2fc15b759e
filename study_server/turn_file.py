"""A lock between the processes that write to one SQLite file. No Flask.

SQLite itself lets a process that finds the file locked sleep for longer and longer, so
that under load the unlucky ones wait for seconds. The lock of a file beside it is tried
every half millisecond, and the system takes it from a process that dies.
"""

import os
import stat
import time
from contextlib import suppress
from pathlib import Path

from study_server.file_lock import try_to_lock, unlock

FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
"""A link put there by somebody else is not followed."""
EVERY_S = 0.0005
COURTESY_S = 0.001
"""Whoever had the lock last lets others come first for so long, while there are any."""
REMEMBERED_S = 1.0
"""After so long without waiting, there are none."""


class TurnFile:
    """The lock; one thread of a process at a time may ask for it."""

    def __init__(self, path: Path) -> None:
        """
        Args:
            path: the database; the lock is beside it, named like it with `-turn`.
        """
        self._path = path
        self._file: int | None = None
        self._waited_at = -REMEMBERED_S
        self._given_at = 0.0

    def take(self, limit_s: float) -> bool:
        """Wait for the lock; False when another process kept it for too long.

        Raises:
            OSError: the file cannot be made.
        """
        if self._file is None:
            self._file = _open_beside(self._path)
        now = time.monotonic()
        give_up_at = now + limit_s
        if now - self._waited_at < REMEMBERED_S:
            time.sleep(max(0.0, self._given_at + COURTESY_S - now))
        while not try_to_lock(self._file):
            self._waited_at = time.monotonic()
            if self._waited_at > give_up_at:
                return False
            time.sleep(EVERY_S)
        return True

    def give(self) -> None:
        """Let the next process have it."""
        if self._file is not None:
            unlock(self._file)
            self._given_at = time.monotonic()

    def close(self) -> None:
        """Give the file back; it is made again when the lock is taken again."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _open_beside(path: Path) -> int:
    """The lock's file; who may write the database may take the lock."""
    place = f"{path}-turn"
    with suppress(FileNotFoundError):
        return os.open(place, FLAGS)
    kept_by = path.stat()
    mode = stat.S_IMODE(kept_by.st_mode)
    try:
        file = os.open(place, FLAGS | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:  # another process was faster
        return os.open(place, FLAGS)
    os.fchmod(file, mode)  # whatever this process takes away from new files
    if os.geteuid() == 0:  # a command of the administrator's, beside the service
        os.fchown(file, kept_by.st_uid, kept_by.st_gid)
    return file
