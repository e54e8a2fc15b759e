"""A bad connection, made on purpose: what happens to requests and answers on the way.

No Flask, no database.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from random import Random

from study_server.endurance.ledger import Ledger
from study_server.endurance.link import Answer, LinkError, WireLink

UNAVAILABLE = 503


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultRates:
    """How often what happens to a request: a probability each."""

    request_dropped: float = 0.02
    """It never arrives."""

    answer_dropped: float = 0.03
    """It is served, and the connection breaks before the answer is read."""

    duplicated: float = 0.03
    """It arrives twice at once, over two connections."""

    late_copy: float = 0.02
    """A copy of it arrives up to `MAX_LATENESS_S` later: after others, out of order."""

    delayed: float = 0.02
    """It takes up to `MAX_DELAY_S` to arrive."""

    answered_5xx: float = 0.02
    """Something before the server answers in its place."""

    def __post_init__(self) -> None:
        total = sum(getattr(self, each.name) for each in fields(self))
        if total > 1:
            raise ValueError(f"the rates add up to {total}, more than 1")


MAX_LATENESS_S = 2.0
MAX_DELAY_S = 0.5


class Weather:
    """What befalls everybody at the same time."""

    def __init__(self) -> None:
        self.is_offline = False
        """Nobody reaches the server."""

        self.is_5xx_burst = False
        """Whoever asks is told to come again."""


class FaultyLink:
    """A participant's connection on which anything may go wrong."""

    def __init__(
        self,
        make_link: Callable[[], WireLink],
        rates: FaultRates,
        weather: Weather,
        ledger: Ledger,
        rng: Random,
        *,
        max_lateness_s: float = MAX_LATENESS_S,
    ) -> None:
        """
        Args:
            make_link: a good connection; copies of requests have others.
            max_lateness_s: how much later than its request a copy may arrive.
        """
        self._make_link = make_link
        self._rates = rates
        self._weather = weather
        self._ledger = ledger
        self._rng = rng
        self._max_lateness_s = max_lateness_s
        self._link = make_link()
        self._copies: list[threading.Timer] = []

    def ask(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> Answer:
        """Like `SocketLink.ask`, if nothing befalls the request."""
        request = (method, path, body, headers)
        if self._weather.is_offline:
            self._link.close()
            raise LinkError("offline")
        if self._weather.is_5xx_burst:
            return Answer(UNAVAILABLE, b"")
        fault = self._draw()
        if fault is not None:
            self._ledger.count(fault)
        match fault:
            case "request_dropped":
                raise LinkError("the request was dropped")
            case "answer_dropped":
                self._link.send_and_leave(*request)
                raise LinkError("the answer was dropped")
            case "answered_5xx":
                return Answer(UNAVAILABLE, b"")
            case "duplicated":
                self._send_copy(request, after_s=0.0)
            case "late_copy":
                lateness_s = self._rng.uniform(0, self._max_lateness_s)
                self._send_copy(request, after_s=lateness_s)
            case "delayed":
                time.sleep(self._rng.uniform(0, MAX_DELAY_S))
        return self._link.ask(*request)

    def close(self) -> None:
        """See `Link`."""
        self._link.close()

    def wait_for_copies(self) -> None:
        """Until the last copy of a request has been answered."""
        for copy in self._copies:
            copy.join()

    def _draw(self) -> str | None:
        """The fault that befalls this request, if any."""
        point = self._rng.random()
        for each in fields(self._rates):
            point -= getattr(self._rates, each.name)
            if point < 0:
                return each.name
        return None

    def _send_copy(
        self,
        request: tuple[str, str, bytes | None, Mapping[str, str]],
        *,
        after_s: float,
    ) -> None:
        def send() -> None:
            link = self._make_link()
            try:
                answer = link.ask(*request)
            except LinkError:
                return  # a copy is nobody's concern
            finally:
                link.close()
            if answer.status == 200 and request[1].endswith("/responses"):
                self._ledger.hear(answer.body)

        timer = threading.Timer(after_s, send)
        timer.daemon = True
        timer.start()
        self._copies.append(timer)
