"""What a delay that was injected is recorded as."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, stdev

DELAY_MS = 500
LIMIT_MS = 17
"""One frame."""
LIMIT_SD_MS = 5


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """Response times as recorded, and how far they are from what was really done."""

    rt_ms: Sequence[float]
    errors_ms: Sequence[float]
    """Recorded minus injected: a press that came late was late in truth, too."""

    @property
    def is_within_limits(self) -> bool:
        """3.3: one frame for each trial, and steady."""
        return (
            abs(median(self.rt_ms) - DELAY_MS) <= LIMIT_MS
            and max(map(abs, self.errors_ms)) <= LIMIT_MS
            and stdev(self.errors_ms) <= LIMIT_SD_MS
        )
