"""How a simulated browser sends an answer: once, again, or against another. No HTTP."""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any
from uuid import uuid4

from study_server.errors import SimulationError
from study_server.simulation.parts import Sending

Post = Callable[[dict[str, Any]], dict[str, Any]]
"""Sends an answer; returns its acknowledgement."""


class Sender:
    """Sends the answers of one participant, and counts what it did."""

    def __init__(self, post: Post, sending: Sending, rng: Random) -> None:
        self._post = post
        self._sending = sending
        self._rng = rng
        self.counts: Counter[str] = Counter()
        """`answers`, and the `repeats`, `conflicts` and `offline` spells among them."""

    def is_offline(self) -> bool:
        """Whether the connection is gone before the trial that is due."""
        is_gone = self._happens(self._sending.offline_rate)
        self.counts["offline"] += is_gone
        return is_gone

    def send(self, response: dict[str, Any]) -> None:
        """Send an answer in the participant's own way.

        Raises:
            SimulationError: it was acknowledged as it never may be.
        """
        stored = self._post(response)
        self.counts["answers"] += 1
        if stored.get("response_id") != response["response_id"]:
            raise SimulationError(
                f"response {response['response_id']} was acknowledged as "
                f"{stored.get('response_id')}"
            )
        if self._happens(self._sending.repeat_rate):
            self.counts["repeats"] += 1
            if (again := self._post(response)) != stored:
                raise SimulationError(
                    f"response {response['response_id']} was sent twice and "
                    f"acknowledged as {stored}, then as {again}"
                )
        if self._happens(self._sending.conflict_rate):
            self.counts["conflicts"] += 1
            if not self._post(contradiction(response)).get("is_conflict"):
                raise SimulationError(
                    f"another answer to trial {response['trial_id']} was not "
                    "acknowledged as a conflict"
                )

    def _happens(self, rate: float) -> bool:
        return self._rng.random() < rate


def contradiction(response: dict[str, Any]) -> dict[str, Any]:
    """What a second tab would send of the same trial."""
    if response["rating"] is not None:
        return {
            **response,
            "response_id": str(uuid4()),
            "rating": 100 - response["rating"],
        }
    choice = "right" if response["choice"] == "left" else "left"
    return {**response, "response_id": str(uuid4()), "choice": choice}
