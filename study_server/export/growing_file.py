"""A file that only grows: what was written waits until it is handed on. No Flask."""

import io
from collections.abc import Iterator


class GrowingFile(io.RawIOBase):
    """What writers of files write to when nobody has a file."""

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._n_taken = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._n_taken + len(self._waiting)

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self._waiting += data
        return len(data)

    def take(self, *, at_least: int) -> Iterator[bytes]:
        """All that waits, as one chunk, or nothing if it is too little."""
        if len(self._waiting) >= at_least:
            yield bytes(self._waiting)
            self._n_taken += len(self._waiting)
            self._waiting.clear()
