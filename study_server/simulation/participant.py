"""One simulated participant on the way through the study, by HTTP alone."""

import re
import time
from collections.abc import Callable
from threading import Semaphore
from typing import Any
from uuid import uuid4

from study_server.errors import SimulationError
from study_server.links import participant_path
from study_server.simulation.answer_key import SessionFacts
from study_server.simulation.browser import Browser
from study_server.simulation.config import ObserverConfig
from study_server.simulation.observer import Observer, draw_observer

FRAME_INTERVAL_MS = 1000 / 60
VIEWPORT_PX = (1280, 800)
N_READINGS = 5
"""How often the instructions are tried to be left before something is wrong."""

MISSING_MS = re.compile(r'data-missing-ms="(\d+)"')
CSRF_TOKEN = re.compile(r'data-csrf="([^"]+)"')


class Participant:
    """Goes from the consent page to the completion code, or leaves on the way."""

    def __init__(
        self,
        browser: Browser,
        study_id: str,
        observers: ObserverConfig,
        *,
        read_session: Callable[[str], SessionFacts],
        turn: Semaphore,
    ) -> None:
        """
        Args:
            read_session: the plan of the session that a trial_id belongs to.
            turn: held while requests are sent; given up while reading instructions.
        """
        self._browser = browser
        self._path = participant_path(study_id)
        self._observers = observers
        self._read_session = read_session
        self._turn = turn
        self._clock_ms = 0.0

    def take_study(self) -> bool:
        """Whether the participant came to the end; False for one who left.

        Raises:
            SimulationError: the server answered something that makes no sense here.
        """
        with self._turn:
            self._consent()
        self._read_instructions()
        with self._turn:
            is_through = self._answer_trials()
            if is_through:
                self._finish()
        return is_through

    def _consent(self) -> None:
        self._browser.open(self._path)
        self._browser.submit("consent", consent="yes")

    def _read_instructions(self) -> None:
        """Stay on the instructions as long as the study asks for."""
        for _ in range(N_READINGS):
            missing = MISSING_MS.search(self._browser.page)
            if missing is None:
                return
            time.sleep(int(missing[1]) / 1000)
            with self._turn:
                self._browser.submit("csrf_token")
        raise SimulationError(
            "the instructions could not be left after the time the page itself named"
        )

    def _answer_trials(self) -> bool:
        """Answer all practice, main and catch trials; False when leaving."""
        csrf_token = self._csrf_token()
        facts: SessionFacts | None = None
        while "trial_id" in (trial := self._browser.get_json(f"{self._path}api/trial")):
            if facts is None:
                facts = self._read_session(trial["trial_id"])
                observer = draw_observer(self._observers, facts.rng_seed)
            self._look_at(trial)
            if trial["phase"] == "main" and observer.leaves():
                return False
            response = self._response(trial, observer, facts)
            stored = self._browser.post_json(
                f"{self._path}api/responses", response, csrf_token=csrf_token
            )
            if stored.get("response_id") != response["response_id"]:
                raise SimulationError(
                    f"response {response['response_id']} was acknowledged as "
                    f"{stored.get('response_id')}"
                )
        self._browser.open(trial["next"])
        return True

    def _finish(self) -> None:
        """Answer the last questions."""
        page = self._browser.submit(
            "difficulty",
            difficulty="3",
            strategy="Simulated: as planned in the observers' file.",
            data_use="yes",
        )
        if 'id="completion-code"' not in page:
            raise SimulationError("the last page shows no completion code")

    def _look_at(self, trial: dict[str, Any]) -> None:
        """Load every picture of the trial."""
        reference = [trial["reference"]] if trial["reference"] else []
        pictures = (*trial["panel"], *trial["negative_panel"], *reference)
        for picture in (*pictures, *trial["options"]):
            if not self._browser.fetch_image(picture["url"]):
                raise SimulationError(f"the picture {picture['url']} is empty")

    def _response(
        self, trial: dict[str, Any], observer: Observer, facts: SessionFacts
    ) -> dict[str, Any]:
        """What the trial runner would send, on a page clock that nobody waits for."""
        truth = facts.truths[trial["trial_id"]]
        answer = observer.answer(truth)
        panel_onset_ms = self._clock_ms + FRAME_INTERVAL_MS
        onset_ms = panel_onset_ms + trial["display"]["panel_min_ms"]
        response_ms = self._clock_ms = onset_ms + answer.rt_ms
        return {
            "response_id": str(uuid4()),
            "trial_id": trial["trial_id"],
            "choice": answer.choice,
            "confidence": answer.confidence,
            "rt_ms": response_ms - onset_ms,
            "panel_onset_ms": panel_onset_ms,
            "onset_ms": onset_ms,
            "response_ms": response_ms,
            "frame_interval_ms": FRAME_INTERVAL_MS,
            "onset_method": "simulated",
            "input_modality": "simulated",
            "hidden_ms": 0.0,
            "n_onsets": 1,
            "viewport_width_px": VIEWPORT_PX[0],
            "viewport_height_px": VIEWPORT_PX[1],
            "device_pixel_ratio": 1.0,
        }

    def _csrf_token(self) -> str:
        found = CSRF_TOKEN.search(self._browser.page)
        if found is None:
            raise SimulationError(
                "the server shows something else than the trials: "
                "is the study open, and has it free places?"
            )
        return found[1]
