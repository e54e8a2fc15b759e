"""A participant's program: like ours, it repeats requests until they are answered."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

DEVICE = {
    "has_modules": True,
    "has_decode": True,
    "has_pointer_events": True,
    "has_outbox": True,
    "window_width_px": 1280,
    "window_height_px": 800,
}
GIVES_UP_AFTER_S = 60
PAUSE_S = 0.05


@dataclass(kw_only=True)
class Sender:
    """One session over HTTP; the log holds each acknowledgement as it first came."""

    http: httpx.Client
    acknowledged: dict[str, bytes] = field(default_factory=dict)
    n_repeats: int = 0

    def take_study(self) -> None:
        """From consent to the last trial."""
        self.begin()
        while "next" not in (trial := self.ask("GET", "api/trial").json()):
            self.answer(trial)

    def begin(self) -> None:
        """Everything before the trials."""
        key = {"Idempotency-Key": str(uuid4())}
        answer = self.ask("POST", "api/session", {"consent": True}, headers=key)
        self.http.headers["Authorization"] = f"Bearer {answer.json()['token']}"
        state = self.step("device", DEVICE)
        while state["stage"] == "instructions":
            state = self.step("instructions", {"turn": "on"})

    def step(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """One page; when its first answer was lost, where the session stands."""
        answer = self.ask("POST", f"api/session/{name}", body, fine=(200, 409))
        if answer.status_code == 409:
            answer = self.ask("GET", "api/session")
        state: dict[str, Any] = answer.json()
        return state

    def answer(self, trial: dict[str, Any]) -> None:
        """One answer, until it is acknowledged."""
        body = response_to(trial["trial_id"])
        told = self.ask("POST", "api/responses", body)
        self.acknowledged.setdefault(body["response_id"], told.content)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        fine: tuple[int, ...] = (200, 201),
    ) -> httpx.Response:
        """Repeat a request until it is answered."""
        deadline = time.monotonic() + GIVES_UP_AFTER_S
        while True:
            try:
                answer = self.http.request(method, path, json=body, headers=headers)
                if answer.status_code in fine:
                    return answer
                told = f"{answer.status_code} {answer.text[:200]}"
            except httpx.HTTPError as error:
                told = repr(error)
            assert time.monotonic() < deadline, f"{method} {path}: {told}"
            self.n_repeats += 1
            time.sleep(PAUSE_S)


def response_to(trial_id: str, **changes: Any) -> dict[str, Any]:
    """A complete answer with a new id."""
    return {
        "response_id": str(uuid4()),
        "trial_id": trial_id,
        "choice": "left",
        "confidence": 2,
        "rt_ms": 900.5,
        "onset_ms": 1600.25,
        "response_ms": 2500.75,
        "onset_method": "simulated",
        "input_modality": "simulated",
        **changes,
    }
