"""What a simulated browser sends, and what it makes of the answers (9.4)."""

from random import Random
from typing import Any

import pytest

from study_server.errors import SimulationError
from study_server.simulation.parts import Sending
from study_server.simulation.sending import Sender, contradiction

N = 4_000


class Store:
    """Acknowledges as the server does."""

    def __init__(self) -> None:
        self.answered: dict[str, str] = {}
        self.n_posts = 0

    def post(self, response: dict[str, Any]) -> dict[str, Any]:
        self.n_posts += 1
        first = self.answered.setdefault(response["trial_id"], response["response_id"])
        is_conflict = first != response["response_id"]
        return {"response_id": response["response_id"], "is_conflict": is_conflict}


def response(number: int) -> dict[str, Any]:
    return {
        "response_id": f"r{number}",
        "trial_id": f"t{number}",
        "choice": "left",
        "rating": None,
    }


def send_all(store: Store, **rates: float) -> Sender:
    sender = Sender(store.post, Sending(**rates), Random(1))
    for number in range(N):
        sender.send(response(number))
    return sender


def test_usually_each_answer_is_sent_once() -> None:
    store = Store()

    sender = send_all(store)

    assert store.n_posts == sender.counts["answers"] == N
    assert sender.counts["repeats"] == sender.counts["conflicts"] == 0


def test_answers_are_repeated_and_contradicted_as_often_as_planted() -> None:
    store = Store()

    sender = send_all(store, repeat_rate=0.3, conflict_rate=0.1)

    assert sender.counts["repeats"] / N == pytest.approx(0.3, abs=0.03)
    assert sender.counts["conflicts"] / N == pytest.approx(0.1, abs=0.02)
    assert store.n_posts == sum(sender.counts.values())


def test_offline_spells_begin_as_often_as_planted() -> None:
    sender = Sender(Store().post, Sending(offline_rate=0.2), Random(1))

    share = sum(sender.is_offline() for _ in range(N)) / N

    assert share == pytest.approx(0.2, abs=0.03)
    assert sender.counts["offline"] == round(share * N)


def test_an_acknowledgement_that_changes_is_an_error() -> None:
    answers: list[dict[str, Any]] = [
        {"response_id": "r1"},
        {"response_id": "r1", "n_stored": 2},
    ]
    stored = iter(answers)
    sender = Sender(lambda _: next(stored), Sending(repeat_rate=1), Random(1))

    with pytest.raises(SimulationError, match="was sent twice and acknowledged as"):
        sender.send(response(1))


def test_a_contradiction_that_is_taken_for_the_answer_is_an_error() -> None:
    sender = Sender(
        lambda sent: {"response_id": sent["response_id"], "is_conflict": False},
        Sending(conflict_rate=1),
        Random(1),
    )

    with pytest.raises(SimulationError, match="not acknowledged as a conflict"):
        sender.send(response(1))


def test_a_contradiction_is_another_answer_under_another_id() -> None:
    rated = {**response(1), "choice": None, "rating": 30}

    assert contradiction(response(1))["choice"] == "right"
    assert contradiction(rated)["rating"] == 70
    assert contradiction(rated)["response_id"] != "r1"
