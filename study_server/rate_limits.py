"""How often one address may ask, where a stranger's asking costs something.

Each limit is a bucket that holds a burst and fills up again at a steady rate; addresses
are in memory only, and each process has buckets of its own. Answers to trials are never
limited here: whoever has begun can finish. A university's participants may all come
from one address, hence the size of the bucket for arrivals.
"""

import math
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import Flask, Response, abort, g, request


class Limit(NamedTuple):
    """Of one address."""

    per_s: float
    """Requests a second, for ever."""
    burst: float
    """Requests at once, after a pause."""


ARRIVALS = Limit(per_s=100.0, burst=2000.0)
"""A lecture hall presses the link at once: 300 people ask for some 600 pages."""
LOGINS = Limit(per_s=1.0, burst=60.0)
"""Right or wrong; wrong ones are slowed down by account long before."""
PROGRAMS = Limit(per_s=10.0, burst=200.0)
"""A script that looks at its study every second never meets it."""

LIMITED: Mapping[tuple[str, str], Limit] = {
    ("GET", "participant.landing"): ARRIVALS,
    ("POST", "participant.start"): ARRIVALS,
    ("POST", "participant.start_session"): ARRIVALS,
    ("POST", "admin.log_in"): LOGINS,
    ("POST", "admin.give_second_factor"): LOGINS,
    ("GET", "api.studies"): PROGRAMS,
    ("GET", "api.study"): PROGRAMS,
    ("GET", "api.export"): PROGRAMS,
}
"""Method and endpoint to their limit; those of one limit share a bucket."""

MOST_BUCKETS = 10_000
"""Kept in memory; when there are more, those that are full again are forgotten."""


class Buckets:
    """What is left to everyone who asked lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """
        Args:
            clock: seconds from any moment on.
        """
        self._clock = clock
        self._left: dict[tuple[Limit, str], tuple[float, float]] = {}
        self._lock = threading.Lock()

    def wait_s(self, limit: Limit, who: str) -> float:
        """Take one request out of a bucket; or the seconds until there is one."""
        with self._lock:
            if len(self._left) > MOST_BUCKETS:
                self._forget_full()
            left = self._now_in(limit, who)
            is_let_in = left >= 1
            self._left[limit, who] = (left - is_let_in, self._clock())
            return 0.0 if is_let_in else (1 - left) / limit.per_s

    def _now_in(self, limit: Limit, who: str) -> float:
        left, at = self._left.get((limit, who), (limit.burst, self._clock()))
        return min(limit.burst, left + (self._clock() - at) * limit.per_s)

    def _forget_full(self) -> None:
        for limit, who in list(self._left):
            if self._now_in(limit, who) >= limit.burst:
                del self._left[limit, who]


def limit_requests(app: Flask, buckets: Buckets | None = None) -> None:
    """Answer 429 with Retry-After to whoever asks too often."""
    found = buckets or Buckets()

    @app.before_request
    def refuse_too_many() -> None:
        limit = LIMITED.get((request.method, request.endpoint or ""))
        if limit is not None and (
            wait_s := found.wait_s(limit, request.remote_addr or "")
        ):
            g.retry_after_s = math.ceil(wait_s)
            abort(429, "Too many requests; please try again in a moment.")

    @app.after_request
    def tell_when(response: Response) -> Response:
        if response.status_code == 429 and "retry_after_s" in g:
            response.headers["Retry-After"] = str(g.retry_after_s)
        return response
