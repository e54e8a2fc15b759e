"""One simulated participant on the way through the study, by HTTP alone."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from threading import Semaphore
from typing import Any, NamedTuple
from uuid import uuid4

from study_server.errors import SimulationError
from study_server.links import participant_path
from study_server.simulation.answer_key import SessionFacts
from study_server.simulation.browser import Browser
from study_server.simulation.config import ObserverConfig
from study_server.simulation.observer import Observer, draw_observer
from study_server.simulation.sending import Sender
from study_server.simulation.walk import (
    VIEWPORT_PX,
    answer_comprehension,
    answer_questions,
    consent,
    read_instructions,
)

FRAME_INTERVAL_MS = 1000 / 60
CSRF_TOKEN = re.compile(r'data-csrf="([^"]+)"')


class Taken(NamedTuple):
    """One simulated session, as its participant saw it."""

    session_id: str
    group: str
    is_completed: bool
    """False: the participant left, or did not pass practice."""

    counts: Mapping[str, int]
    """What was sent; see `Sender.counts`."""


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
        right_answers: Mapping[str, str] | None = None,
    ) -> None:
        """
        Args:
            read_session: the plan of the session that a trial_id belongs to.
            turn: held while requests are sent; given up while reading instructions.
            right_answers: to the questions on the instructions.
        """
        self._browser = browser
        self._path = participant_path(study_id)
        self._observers = observers
        self._read_session = read_session
        self._turn = turn
        self._right_answers = right_answers or {}
        self._clock_ms = 0.0

    def take_study(self) -> Taken:
        """From the link to the end, or to where this participant leaves.

        Raises:
            SimulationError: the server answered something that makes no sense here.
        """
        browser = self._browser
        with self._turn:
            consent(browser, self._path)
            answer_questions(browser)  # those before the instructions, if any
        read_instructions(browser, self._turn)
        with self._turn:
            answer_comprehension(browser, self._right_answers)
            return self._answer_trials()

    def _answer_trials(self) -> Taken:
        """Answer all practice, main and catch trials, or leave before."""
        post = partial(
            self._browser.post_json,
            f"{self._path}api/responses",
            csrf_token=self._csrf_token(),
        )
        trial = self._due()
        if "trial_id" not in trial:
            raise SimulationError("the session has no trials")
        facts = self._read_session(trial["trial_id"])
        observer = draw_observer(self._observers, facts.rng_seed)
        sender = Sender(post, observer.config.sending, observer.sending_rng)
        taken = Taken(facts.session_id, observer.group, False, sender.counts)
        while "trial_id" in trial:
            unsent = []
            for each in self._loaded(trial, sender):
                self._look_at(each)
                if each["phase"] == "main" and observer.leaves():
                    return taken
                unsent.append(self._response(each, observer, facts))
            for response in unsent:
                sender.send(response)
            trial = self._due()
        self._browser.open(trial["next"])
        return taken._replace(is_completed=self._finish())

    def _due(self) -> dict[str, Any]:
        return self._browser.get_json(f"{self._path}api/trial")

    def _loaded(self, due: dict[str, Any], sender: Sender) -> list[dict[str, Any]]:
        """The trials that are answered before the first of the answers is sent."""
        if due["phase"] == "practice" or due["has_feedback"]:
            return [due]  # what comes next depends on the answer
        if not sender.is_offline():
            return [due]
        display = due["display"]  # the same for all trials
        return [due, *({**each, "display": display} for each in due["upcoming"])]

    def _finish(self) -> bool:
        """Answer the last questions; False when practice was not passed."""
        if self._browser.address.endswith("/screened-out"):
            return False
        if 'id="completion-code"' not in answer_questions(self._browser):
            raise SimulationError("the last page shows no completion code")
        return True

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
            "rating": answer.rating,
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
