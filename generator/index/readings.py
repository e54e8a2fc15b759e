"""What many features do on some pictures, as arrays. No torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NOWHERE = -1
"""Row and column of a feature without positions, such as a logit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Readings:
    """Responses of F features to n pictures, whole and un-augmented."""

    mean: NDArray[np.float32]
    """(n, F) mean over positions: the activation."""

    maximum: NDArray[np.float32]
    """(n, F) largest value over positions."""

    row: NDArray[np.int16]
    """(n, F) row of the maximum, or NOWHERE; of equal values the first."""

    column: NDArray[np.int16]
    """(n, F) column of the maximum, or NOWHERE."""

    def __len__(self) -> int:
        """Pictures."""
        return len(self.mean)

    def rows(self, start: int, stop: int | None = None) -> "Readings":
        """The readings of some pictures."""
        part = slice(start, stop)
        return Readings(
            mean=self.mean[part],
            maximum=self.maximum[part],
            row=self.row[part],
            column=self.column[part],
        )


def join_readings(parts: Sequence[Readings]) -> Readings:
    """The readings of several batches of pictures, one after the other."""
    return Readings(
        mean=np.concatenate([part.mean for part in parts]),
        maximum=np.concatenate([part.maximum for part in parts]),
        row=np.concatenate([part.row for part in parts]),
        column=np.concatenate([part.column for part in parts]),
    )


def regrouped(chunks: Iterator[Readings], n_rows: int) -> Iterator[Readings]:
    """The same readings in parts of n_rows; the last may be shorter.

    Never more than one part and one chunk are held.
    """
    held: list[Readings] = []
    n_held = 0
    for chunk in chunks:
        held.append(chunk)
        n_held += len(chunk)
        if n_held < n_rows:
            continue
        joined = join_readings(held)
        n_full = n_held // n_rows * n_rows
        for start in range(0, n_full, n_rows):
            yield joined.rows(start, start + n_rows)
        held, n_held = [joined.rows(n_full)], n_held - n_full
    if n_held:
        yield join_readings(held)
