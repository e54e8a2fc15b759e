"""Slows down whoever guesses passwords. No Flask; kept in memory only."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

FREE_FAILURES = 5
"""Failed logins that cost nothing, per account and per address."""
WINDOW_S = 15 * 60.0
"""Failures are forgotten when none was added for so long; also the longest wait."""
FIRST_WAIT_S = 30.0
"""Wait after the last free failure; it doubles with every further one."""
MAX_KEYS = 10_000
"""Accounts and addresses remembered; beyond that the oldest are forgotten."""


@dataclass(slots=True)
class Failures:
    """Failed logins of one account or one address."""

    n: int
    last_at: float

    def wait_s(self, now: float) -> float:
        """Seconds until the next attempt is let through; 0 when it may come now."""
        if self.n < FREE_FAILURES:
            return 0.0
        doublings = min(self.n - FREE_FAILURES, 20)
        wait = min(FIRST_WAIT_S * 2.0**doublings, WINDOW_S)
        return max(0.0, self.last_at + wait - now)


class LoginThrottle:
    """Counts each attempt as failed until it turns out well.

    Counting first keeps many attempts at the same moment from all slipping through.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, Failures] = {}
        self._lock = threading.Lock()

    def admit(self, *keys: str) -> float:
        """Count an attempt under every key, or return the seconds to wait first."""
        now = self._clock()
        with self._lock:
            self._forget(now)
            known = [self._failures[key] for key in keys if key in self._failures]
            wait_s = max((failures.wait_s(now) for failures in known), default=0.0)
            if wait_s > 0:
                return wait_s
            for key in keys:
                failures = self._failures.pop(key, Failures(0, now))
                self._failures[key] = Failures(failures.n + 1, now)
        return 0.0

    def forgive(self, *keys: str) -> None:
        """Forget the failures under the keys: a login has succeeded."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)

    def _forget(self, now: float) -> None:
        """Drop what is over, oldest first: the dictionary is in order of the last."""
        for key, failures in list(self._failures.items()):
            if now - failures.last_at < WINDOW_S and len(self._failures) <= MAX_KEYS:
                return
            del self._failures[key]
