"""Progress of long work as a bar with the remaining time, on the error stream."""

from types import TracebackType
from typing import Never, Self

from tqdm import tqdm


class ProgressBar:
    """One bar per stage; closes the last one when the work ends or fails."""

    def __init__(self) -> None:
        self._bar: tqdm[Never] | None = None

    def start(self, stage: str, total: int, *, unit: str) -> None:
        """Begin a stage with a bar of its own."""
        self._close()
        self._bar = tqdm(total=total, desc=stage, unit=unit, mininterval=0.5)

    def advance(self, n: int) -> None:
        """Move the current bar."""
        if self._bar is not None:
            self._bar.update(n)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None
