"""What many features do on some pictures, as arrays. No torch."""

from collections.abc import Sequence
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
