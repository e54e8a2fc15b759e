"""A participant who answers at once, and again until told that it is stored.

The trial runner's promise without its pages: an answer is kept until its
acknowledgement has come, and sent as often as that takes. No Flask, no database.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

from study_server.endurance.ledger import Ledger, Sent
from study_server.endurance.link import Answer, Link, LinkError
from study_server.endurance.study import COMPLETION_CODE
from study_server.links import participant_path

FIRST_WAIT_S = 0.2
MAX_WAIT_S = 3.0
TOO_MANY = 429
STEPS: dict[str, dict[str, Any]] = {
    "device": {
        "has_modules": True,
        "has_decode": True,
        "has_pointer_events": True,
        "has_outbox": True,
        "window_width_px": 1280,
        "window_height_px": 800,
    },
    "instructions": {"turn": "on"},
}
"""What is sent at each stage before the trials."""


class EnduranceError(Exception):
    """The server answered what it never may."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How a participant goes about it."""

    pause_s: float
    """Between an acknowledgement and the next answer, on average; each is drawn from
    half of it to half as much again, as people do not keep step. 0: none."""

    loads_pictures: bool
    """Whether every picture of a trial is fetched before it is answered."""


class Taker:
    """Goes through one session, from consent to completion code."""

    def __init__(
        self,
        link: Link,
        study_id: str,
        simulation_key: str,
        ledger: Ledger,
        rng: Random,
        *,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        """
        Args:
            is_over: asked between requests; whoever hears True leaves.
        """
        self._link = link
        self._api = f"{participant_path(study_id)}api"
        self._headers = {
            "Content-Type": "application/json",
            "X-Simulation-Key": simulation_key,
        }
        self._ledger = ledger
        self._rng = rng
        self._is_over = is_over
        self._answered: set[str] = set()

    def enrol(self) -> None:
        """Consent, and read on to the first trial."""
        begun = self._insist("POST", "/session", {"consent": True})
        self._headers["Authorization"] = f"Bearer {begun['token']}"
        stage = str(begun["stage"])
        while stage not in {"main", "completed"}:
            if stage not in STEPS:
                raise EnduranceError(f"the session stands at {stage!r}")
            self._insist("POST", f"/session/{stage}", STEPS[stage], may_refuse=True)
            stage = str(self._insist("GET", "/session")["stage"])

    def answer_trials(self, pace: Pace) -> None:
        """Answer all trials, and see that the code is there only then."""
        while trials := self.held_trials():
            for trial in trials:
                if self._is_over():
                    return
                if trial["trial_id"] in self._answered:
                    continue
                if pace.loads_pictures:
                    self._look_at(trial)
                self.answer(trial)
                time.sleep(pace.pause_s * self._rng.uniform(0.5, 1.5))
        self.finish()

    def held_trials(self) -> list[dict[str, Any]]:
        """The trial that is due and those known ahead; none when all are answered."""
        due = self._insist("GET", "/trial")
        return [due, *due["upcoming"]] if "trial_id" in due else []

    def close(self) -> None:
        """Leave."""
        self._link.close()

    def finish(self) -> None:
        """Answer what is asked after the trials; the code is there now.

        Raises:
            EnduranceError: it is not.
        """
        state = self._insist("GET", "/session")
        if state["stage"] == "debrief":
            asked = [each for each in state["questions"] if each["is_required"]]
            answers = {each["name"]: each["levels"][0] for each in asked}
            self._insist(
                "POST", "/session/questions", {"answers": answers}, may_refuse=True
            )
            state = self._insist("GET", "/session")
        ending = state["ending"] or {}
        if ending.get("code") != COMPLETION_CODE:
            raise EnduranceError(f"all was answered, and there is no code: {state}")
        self._ledger.count("completed")

    def answer(self, trial: dict[str, Any]) -> None:
        """Answer one trial by chance, until it is acknowledged."""
        sent = draw_answer(trial["trial_id"], self._rng)
        told = self._ask("POST", "/responses", answer_body(sent), is_timed=True)
        stored = told.content()
        if stored.get("response_id") != sent.response_id or stored["is_conflict"]:
            raise EnduranceError(f"{sent} was acknowledged as {stored}")
        self._ledger.acknowledge(sent, told.body)
        self._answered.add(sent.trial_id)

    def _look_at(self, trial: dict[str, Any]) -> None:
        for picture in (*trial["panel"], *trial["options"]):
            answer = self._until_served("GET", picture["url"], None)
            if len(answer.body) != picture["n_bytes"]:
                raise EnduranceError(f"a picture came in part: {picture['url']}")

    def _insist(
        self,
        method: str,
        path: str,
        content: dict[str, Any] | None = None,
        *,
        may_refuse: bool = False,
    ) -> dict[str, Any]:
        """What the server says, once it says something that counts; see `_ask`."""
        return self._ask(method, path, content, may_refuse=may_refuse).content()

    def _ask(
        self,
        method: str,
        path: str,
        content: dict[str, Any] | None,
        *,
        is_timed: bool = False,
        may_refuse: bool = False,
    ) -> Answer:
        """Ask until there is an answer that counts.

        Args:
            may_refuse: whether 409 is one: what was asked may have been done by an
                earlier request whose answer was lost.

        Raises:
            EnduranceError: the server refused what it has to take.
        """
        body = None if content is None else json.dumps(content).encode()
        answer = self._until_served(method, f"{self._api}{path}", body, is_timed)
        if answer.status >= 400 and not (may_refuse and answer.status == 409):
            raise EnduranceError(
                f"{method} {path} was answered with {answer.status}: "
                f"{answer.body[:200].decode(errors='replace')}"
            )
        return answer

    def _until_served(
        self, method: str, path: str, body: bytes | None, is_timed: bool = False
    ) -> Answer:
        wait_s = FIRST_WAIT_S
        begun = time.perf_counter()
        while True:
            try:
                answer = self._link.ask(method, path, body, self._headers)
                if answer.status < 500 and answer.status != TOO_MANY:
                    if is_timed:
                        self._ledger.time((time.perf_counter() - begun) * 1000)
                    return answer
            except LinkError:
                pass
            if self._is_over():
                raise EnduranceError("the time was up before the server answered")
            self._ledger.count("retries")
            time.sleep(wait_s * self._rng.uniform(0.5, 1.0))
            wait_s = min(2 * wait_s, MAX_WAIT_S)


def draw_answer(trial_id: str, rng: Random) -> Sent:
    """An answer by chance, under a new id."""
    return Sent(
        response_id=str(UUID(int=rng.getrandbits(128), version=4)),
        trial_id=trial_id,
        choice=rng.choice(("left", "right")),
        confidence=rng.randint(1, 3),
        rt_ms=round(rng.uniform(200, 5_000), 3),
    )


def answer_body(sent: Sent) -> dict[str, Any]:
    """What the trial runner would send of it."""
    return {
        **sent._asdict(),
        "onset_ms": 1_000.0,
        "response_ms": 1_000.0 + sent.rt_ms,
        "onset_method": "simulated",
        "input_modality": "simulated",
    }
