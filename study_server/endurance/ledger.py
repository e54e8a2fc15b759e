"""What was sent, what was acknowledged, and how long it took: the client's own record.

It is written by other hands than the server's, and compared with the database at the
end. No Flask, no database.
"""

import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple


class Sent(NamedTuple):
    """One answer as it was sent."""

    response_id: str
    trial_id: str
    choice: str
    confidence: int
    rt_ms: float


@dataclass(kw_only=True, slots=True)
class Ledger:
    """Filled by many participants at once."""

    acknowledged: dict[str, Sent] = field(default_factory=dict)
    """By response_id: what the server told its sender that it stored."""

    heard: dict[str, bytes] = field(default_factory=dict)
    """By response_id: the acknowledgement as it first came, to whomever."""

    contradicted: set[str] = field(default_factory=set)
    """Whose acknowledgement came again in other bytes."""

    latencies_ms: list[float] = field(default_factory=list)
    """Of each request that was answered, by the client's clock."""

    counts: Counter[str] = field(default_factory=Counter)
    """Retries, and faults by their name."""

    errors: list[str] = field(default_factory=list)
    """What should never be answered, whatever is done to the connection."""

    _lock: threading.Lock = field(default_factory=threading.Lock)

    def acknowledge(self, sent: Sent, answer: bytes) -> None:
        """The server has said that it stored this, in these bytes."""
        self.hear(answer)
        with self._lock:
            self.acknowledged[sent.response_id] = sent

    def hear(self, answer: bytes) -> None:
        """An acknowledgement came, perhaps not the first of its answer."""
        response_id = json.loads(answer)["response_id"]
        with self._lock:
            if self.heard.setdefault(response_id, answer) != answer:
                self.contradicted.add(response_id)

    def time(self, milliseconds: float) -> None:
        """A request was answered after so long."""
        self.latencies_ms.append(milliseconds)

    def count(self, name: str) -> None:
        """One more of these."""
        with self._lock:
            self.counts[name] += 1

    def fail(self, message: str) -> None:
        """Something that no fault excuses."""
        self.errors.append(message)


def percentile_ms(latencies_ms: list[float], percent: float) -> float | None:
    """The smallest latency that so many percent do not exceed (nearest rank).

    Args:
        latencies_ms: in ms, in any order.
        percent: above 0, up to 100.

    Returns:
        In ms; None when nothing was measured.
    """
    if not latencies_ms:
        return None
    ranked = sorted(latencies_ms)
    rank = -(-len(ranked) * percent // 100)
    return ranked[max(int(rank), 1) - 1]
