"""One recomputed number."""

import math
from dataclasses import dataclass
from typing import Any

from analysis.intervals import Interval


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One number of a data set, its interval, and what was published."""

    name: str
    """experiment/condition or contrast/cell/quantity, unique."""

    value: float
    interval: Interval | None = None
    published: float | None = None
    published_as: str | None = None
    """Name of the published number; entries that share it are readings of one."""

    tolerance: float | None = None
    """Largest distance from the published number that rounding explains."""

    readings: tuple[float, ...] = ()
    """All values the published number may mean, where its source does not say."""

    unit: str = "share"
    n_responses: int | None = None
    n_participants: int | None = None
    n_features: int | None = None
    standard_error: float | None = None
    """Of the value; of its logarithm where it is a ratio."""

    statistic: float | None = None
    """What p is looked up for: t, W or F."""

    df: float | None = None
    """Degrees of freedom of it; of F the second."""

    p: float | None = None
    """Two-sided, of entries that are tests; by t where there is a t."""

    p_z: float | None = None
    """Of log-odds: the same by the normal distribution, as other programs print."""

    detail: str | None = None
    """Exactly which quantity this is, as a sentence."""

    @property
    def is_close(self) -> bool | None:
        """Whether a reading reproduces the published number; None without one."""
        if self.published is None:
            return None
        far = (self.tolerance or 0) + 1e-12
        known = self.readings or (self.value,)
        return any(abs(value - self.published) <= far for value in known)

    def as_dict(self) -> dict[str, Any]:
        """Plain values; NaN becomes null."""
        return {
            "name": self.name,
            "value": _plain(self.value),
            "interval": None
            if self.interval is None
            else {k: _plain(v) for k, v in self.interval._asdict().items()},
            "published": self.published,
            "published_as": self.published_as,
            "tolerance": self.tolerance,
            "readings": [_plain(value) for value in self.readings],
            "is_close": self.is_close,
            "unit": self.unit,
            "n_responses": self.n_responses,
            "n_participants": self.n_participants,
            "n_features": self.n_features,
            "standard_error": _plain(self.standard_error),
            "statistic": _plain(self.statistic),
            "df": _plain(self.df),
            "p": _plain(self.p),
            "p_z": _plain(self.p_z),
            "detail": self.detail,
        }


def _plain(value: Any) -> Any:
    is_undefined = isinstance(value, float) and not math.isfinite(value)
    return None if is_undefined else value
