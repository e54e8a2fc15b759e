"""Many simulated participants at once, until enough of them are through."""

import re
import ssl
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Semaphore
from typing import NamedTuple, NoReturn

import httpx
from sqlalchemy import func, select
from tqdm import tqdm

from study_server.db import Database
from study_server.errors import SimulationError
from study_server.models import Outcome, StudySession
from study_server.services.studies import get_study
from study_server.simulation.answer_key import read_session, right_answers
from study_server.simulation.browser import Browser
from study_server.simulation.config import ObserverConfig
from study_server.simulation.participant import Participant, Taken

SERVER_ADDRESS = re.compile(r"https?://([\w.-]+|\[[0-9a-fA-F:.]+\])(:\d{1,5})?/?")
MAX_WAITING = 64
"""Sessions that are open at the same time, most of them reading instructions."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulationConfig:
    """Who takes which study where."""

    study_id: str
    """The study's name in links."""

    url: str
    """Where the server answers, without a path."""

    n_sessions: int
    """Completed simulated sessions wanted; those already there count."""

    n_workers: int = 4
    """Sessions that send requests at the same time."""

    bundles_dir: Path | None = None
    """Folder of the server's imported bundles; only ratings need it."""

    simulation_key: str
    """What marks a session as simulated; the server's own, from its data folder."""

    def __post_init__(self) -> None:
        if not SERVER_ADDRESS.fullmatch(self.url):
            raise SimulationError(
                f"url must be like http://127.0.0.1:8000, without a path; "
                f"got {self.url!r}"
            )
        if self.n_sessions < 1:
            raise SimulationError(f"sessions must be at least 1; got {self.n_sessions}")
        if self.n_workers < 1:
            raise SimulationError(f"workers must be at least 1; got {self.n_workers}")


class Simulated(NamedTuple):
    """What came out."""

    n_completed: int
    """Completed simulated sessions of the newest version, with earlier runs'."""

    n_started: int
    """Sessions begun in this run."""

    taken: list[Taken]
    """The sessions of this run that came to an end, good or bad."""

    def by_group(self) -> dict[str, dict[str, int]]:
        """Of each group: `sessions`, those `completed`, and what they sent."""
        found: dict[str, Counter[str]] = {}
        for each in self.taken:
            counts = found.setdefault(each.group, Counter())
            counts["sessions"] += 1
            counts["completed"] += each.is_completed
            counts.update(each.counts)
        return {group: dict(counts) for group, counts in sorted(found.items())}


def simulate(
    config: SimulationConfig, observers: ObserverConfig, database: Database
) -> Simulated:
    """Top up to the wanted number of completed simulated sessions.

    Whoever drops out is replaced by someone else.

    Raises:
        SimulationError: a session failed, or everyone drops out.
    """
    n_before = n_completed = completed_in(database, config.study_id)
    n_started = 0
    taken: list[Taken] = []
    with tqdm(total=config.n_sessions, initial=n_before, unit="session") as bar:
        while (n_missing := config.n_sessions - n_completed) > 0:
            taken += run_round(
                config, observers, database, n_sessions=n_missing, bar=bar
            )
            n_started += n_missing
            n_after = completed_in(database, config.study_id)
            if n_after == n_completed:
                raise SimulationError(
                    f"all of {n_missing} simulated participants dropped out or did "
                    "not pass practice; lower the hazard under [dropout], or raise "
                    "practice under [attention]"
                )
            n_completed = n_after
    return Simulated(n_completed, n_started, taken)


def completed_in(database: Database, study_id: str) -> int:
    """Completed simulated sessions of a study's newest version."""
    with database.read() as db:
        statement = select(func.count()).where(
            StudySession.study_pk == get_study(db, study_id).id,
            StudySession.is_simulated,
            StudySession.outcome == Outcome.COMPLETED,
        )
        return db.execute(statement).scalar_one()


def run_round(
    config: SimulationConfig,
    observers: ObserverConfig,
    database: Database,
    *,
    n_sessions: int,
    bar: "tqdm[NoReturn]",
) -> list[Taken]:
    """Run so many sessions to their end, and then tell of those that failed.

    Raises:
        SimulationError: at least one failed; the others were still played.
    """
    turn = Semaphore(config.n_workers)
    answers = right_answers(database, config.study_id)
    tls = ssl.create_default_context()  # costs more than a whole trial

    def take_study(_number: int) -> Taken:
        with Browser(config.url, config.simulation_key, tls) as browser:
            participant = Participant(
                browser,
                config.study_id,
                observers,
                read_session=partial(
                    read_session, database, bundles_dir=config.bundles_dir
                ),
                turn=turn,
                right_answers=answers,
            )
            return participant.take_study()

    taken: list[Taken] = []
    failures: list[Exception] = []
    with ThreadPoolExecutor(min(n_sessions, MAX_WAITING)) as pool:
        futures = [pool.submit(take_study, number) for number in range(n_sessions)]
        try:
            for future in as_completed(futures):
                try:
                    taken.append(future.result())
                    bar.update(taken[-1].is_completed)
                except (SimulationError, httpx.HTTPError) as error:
                    failures.append(error)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if failures:
        raise SimulationError(
            f"{len(failures)} of {n_sessions} simulated sessions failed; the first: "
            f"{failures[0] or type(failures[0]).__name__}"
        )
    return taken
