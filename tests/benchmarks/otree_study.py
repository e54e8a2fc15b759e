"""The same study on oTree: a project written for it, its server, and a participant.

oTree stays in an environment of its own, found by the path of its command; nothing of
it is imported here. One page for each trial asks for one of two options and a
confidence.
"""

import http.client
import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlencode, urlsplit

from study_server.endurance.server import free_port

APP = "choice"
START_LIMIT_S = 60
WAITS_S = 0.3
"""Before a page that did not come is asked for again."""

SETTINGS = """
from os import environ
SESSION_CONFIGS = [dict(name="{app}", app_sequence=["{app}"], num_demo_participants=1)]
SESSION_CONFIG_DEFAULTS = dict(
    real_world_currency_per_point=1.00, participation_fee=0.00, doc=""
)
PARTICIPANT_FIELDS = []
SESSION_FIELDS = []
LANGUAGE_CODE = "en"
REAL_WORLD_CURRENCY_CODE = "USD"
USE_POINTS = True
ADMIN_USERNAME = "admin"
ADMIN_PASSWORD = environ.get("OTREE_ADMIN_PASSWORD")
SECRET_KEY = "of a benchmark"
"""
MODELS = """
from otree.api import *


class C(BaseConstants):
    NAME_IN_URL = "{app}"
    PLAYERS_PER_GROUP = None
    NUM_ROUNDS = {n_pages}


class Subsession(BaseSubsession):
    pass


class Group(BaseGroup):
    pass


class Player(BasePlayer):
    option = models.StringField(choices=["left", "right"])
    confidence = models.IntegerField(min=1, max=3)


class Trial(Page):
    form_model = "player"
    form_fields = ["option", "confidence"]


page_sequence = [Trial]
"""
PAGE = """
{{ block title }}Which image?{{ endblock }}
{{ block content }}{{ formfields }}{{ next_button }}{{ endblock }}
"""
ON_PAGE = re.compile(rf"/p/(?P<code>\w+)/{APP}/Trial/(?P<number>\d+)")

Given = dict[tuple[str, int], tuple[str, int]]
"""Participant's code and page number to option and confidence."""


class OTreeServer:
    """`otree prodserver` on a project of its own, on SQLite, through several lives."""

    def __init__(self, otree: Path, folder: Path, *, n_pages: int) -> None:
        """
        Args:
            otree: its command.
            folder: an empty one, for the project.
        """
        self._otree = otree.absolute()
        self._folder = folder
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        (folder / APP).mkdir(parents=True)
        for needed in ("_static", "_templates"):
            (folder / needed).mkdir()
        (folder / "settings.py").write_text(SETTINGS.format(app=APP))
        (folder / APP / "__init__.py").write_text(
            MODELS.format(app=APP, n_pages=n_pages)
        )
        (folder / APP / "Trial.html").write_text(PAGE)
        self._run("resetdb", "--noinput")

    @property
    def host(self) -> str:
        """Where it answers."""
        return f"127.0.0.1:{self._port}"

    def start(self) -> None:
        """Start, and return once it answers."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._otree, "prodserver", str(self._port)],
                cwd=self._folder,
                env=self._environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_LIMIT_S
        while True:
            with suppress(OSError, http.client.HTTPException):
                self._ask("GET", "/api/otree_version", None)
                return
            assert time.monotonic() < deadline, "oTree did not start; see server.log"
            assert self._process.poll() is None, "oTree ended at once; see server.log"
            time.sleep(0.1)

    def kill(self) -> None:
        """SIGKILL to every process of it."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def open_session(self, n_participants: int) -> str:
        """Make a session; returns the path that participants share."""
        wanted = {"session_config_name": APP, "num_participants": n_participants}
        answer = self._ask("POST", "/api/sessions", json.dumps(wanted))
        return urlsplit(str(json.loads(answer)["session_wide_url"])).path

    def stored(self) -> Given:
        """All answers in its database."""
        query = (
            "SELECT p.code, a.round_number, a.option, a.confidence "
            f"FROM {APP}_player a JOIN otree_participant p ON p.id = a.participant_id "
            "WHERE a.option IS NOT NULL"
        )
        with closing(sqlite3.connect(self._folder / "db.sqlite3")) as database:
            rows = database.execute(query).fetchall()
        return {(code, number): (o, c) for code, number, o, c in rows}

    def _ask(self, method: str, path: str, body: str | None) -> bytes:
        with closing(http.client.HTTPConnection(self.host, timeout=120)) as connection:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            return connection.getresponse().read()

    def _run(self, *arguments: str) -> None:
        subprocess.run(
            [self._otree, *arguments],
            cwd=self._folder,
            env=self._environment(),
            check=True,
            capture_output=True,
        )

    def _environment(self) -> dict[str, str]:
        """It calls itself by name, and runs by default without a password."""
        path = f"{self._otree.parent}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "PATH": path, "PYTHONPATH": ""}


def otree_version(otree: Path) -> str:
    """Of the environment that the command belongs to."""
    program = "from importlib.metadata import version; print(version('otree'))"
    command = [str(otree.with_name("python")), "-c", program]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    return found.stdout.strip()


@dataclass
class OTreeParticipant:
    """Answers page after page, and asks again for one that does not come."""

    rng: Random
    acknowledged: Given = field(default_factory=dict)
    """Answers after which the next page was named."""
    answer_ms: list[float] = field(default_factory=list)
    """From sending an answer to hearing where to go on."""
    next_ms: list[float] = field(default_factory=list)
    """From sending an answer to having the next page."""

    def take(self, host: str, path: str, *, pause_s: float) -> None:
        """Open the link and answer until there is no page with a question."""
        self._connection = http.client.HTTPConnection(host, timeout=20)
        self._start = path
        place = self._arrive(path)
        while (found := ON_PAGE.fullmatch(place)) is not None:
            self._start = f"/InitializeParticipant/{found['code']}"
            time.sleep(pause_s)
            place = self._answer(place, found["code"], int(found["number"]))
        self._connection.close()

    def _answer(self, place: str, code: str, number: int) -> str:
        option = self.rng.choice(("left", "right"))
        confidence = self.rng.randint(1, 3)
        body = urlencode({"option": option, "confidence": confidence})
        begun = time.perf_counter()
        try:
            status, there = self._ask("POST", place, body)
            told_ms = (time.perf_counter() - begun) * 1000
            if status in (302, 303, 307):
                self.acknowledged[code, number] = (option, confidence)
                self.answer_ms.append(told_ms)
                there = self._follow(there)
                self.next_ms.append((time.perf_counter() - begun) * 1000)
                return there
        except (OSError, http.client.HTTPException):
            self._connection.close()
        return self._arrive(self._start)  # as people do: they open the link again

    def _arrive(self, path: str) -> str:
        while True:
            try:
                return self._follow(path)
            except (OSError, http.client.HTTPException):
                self._connection.close()
                time.sleep(WAITS_S)

    def _follow(self, path: str) -> str:
        """Get the page, wherever it is by now; returns its path."""
        while True:
            status, there = self._ask("GET", path, None)
            if status == 200:
                return path
            if status not in (302, 303, 307):
                raise http.client.HTTPException(f"{path} answered {status}")
            path = there

    def _ask(self, method: str, path: str, body: str | None) -> tuple[int, str]:
        """Status, and the path that the answer sends to."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request(method, path, body, kind if body else {})
        answer = self._connection.getresponse()
        answer.read()
        return answer.status, urlsplit(answer.headers.get("Location", "")).path
