"""A participant's browser, played by Flask's test client."""

import re
from typing import Any
from uuid import uuid4

from flask import Flask
from werkzeug.test import TestResponse

from tests.study_server.study_fixture import STUDY_ID

BASE = f"/s/{STUDY_ID}"
ABLE_DEVICE = {
    "has_modules": "yes",
    "has_decode": "yes",
    "has_pointer_events": "yes",
    "has_outbox": "yes",
    "window_width_px": "1280",
    "window_height_px": "800",
}
ANSWERS = {
    "difficulty": "3",
    "strategy": "By colour.",
    "images_shown": "yes",
    "data_use": "yes",
}


class Visitor:
    """One browser: it keeps cookies, form tokens and all bytes it was sent."""

    def __init__(self, app: Flask, base: str = BASE) -> None:
        """
        Args:
            base: address of the study, without a slash at its end.
        """
        self.app = app
        self.base = base
        self.client = app.test_client()
        self.csrf_token = ""
        self.received = b""

    def get(self, path: str = "/") -> TestResponse:
        return self._note(self.client.get(self.base + path))

    def post(self, path: str, **fields: str) -> TestResponse:
        data = {"csrf_token": self.csrf_token, **fields}
        return self._note(self.client.post(self.base + path, data=data))

    def send(self, body: Any, to: str = "responses") -> TestResponse:
        headers = {"X-CSRFToken": self.csrf_token}
        answer = self.client.post(f"{self.base}/api/{to}", json=body, headers=headers)
        return self._note(answer)

    def begin(self) -> None:
        """All pages before the trials."""
        self.start()
        self.check_device()
        self.read_instructions()
        self.get("/trial")

    def start(self, path: str = "/") -> TestResponse:
        """Consent."""
        self.get(path)
        return self.post("/start", consent="yes")

    def check_device(self, **changes: str) -> TestResponse:
        """What the page's script would find in an able browser."""
        self.get("/device")
        return self.post("/device", **{**ABLE_DEVICE, **changes})

    def read_instructions(self) -> TestResponse:
        """Turn all pages."""
        while (page := self.get("/instructions")).status_code == 200:
            page = self.post("/instructions", turn="on")
            assert page.status_code == 303, "the instructions cannot be left yet"
        return page

    def trial(self) -> dict[str, Any]:
        found: dict[str, Any] = self.get("/api/trial").get_json()
        return found

    def response(self, trial_id: str, **changes: Any) -> dict[str, Any]:
        """A complete response with a new id."""
        return {
            "response_id": str(uuid4()),
            "trial_id": trial_id,
            "choice": "left",
            "confidence": 2,
            "rt_ms": 900.5,
            "panel_onset_ms": 100.0,
            "onset_ms": 1600.25,
            "response_ms": 2500.75,
            "frame_interval_ms": 16.7,
            "onset_method": "raf_after_decode",
            "input_modality": "mouse",
            "hidden_ms": 0,
            "n_onsets": 1,
            "viewport_width_px": 1280,
            "viewport_height_px": 800,
            "device_pixel_ratio": 1.0,
            **changes,
        }

    def answer(self, trial: dict[str, Any]) -> TestResponse:
        """Answer a trial, whatever its task."""
        response = self.response(trial["trial_id"])
        if trial["task"] == "rating":
            response |= {"choice": None, "confidence": None, "rating": 70}
        return self.send(response)

    def finish(self) -> TestResponse:
        """Answer the last questions and go to the last page."""
        self.get("/questions")
        self.post("/questions", **ANSWERS)
        return self.get("/completed")

    def answer_all(self) -> int:
        """Answer every trial with left; returns how many there were."""
        for count in range(1000):
            trial = self.trial()
            if "next" in trial:
                return count
            assert self.send(self.response(trial["trial_id"])).status_code == 200
        raise AssertionError("the trials do not end")

    def _note(self, answer: TestResponse) -> TestResponse:
        self.received += str(answer.headers).encode() + answer.data
        token = re.search(rb'(?:csrf_token" value|data-csrf)="([^"]+)"', answer.data)
        if token is not None:
            self.csrf_token = token[1].decode()
        return answer
