"""A crowd at its natural pace: how long each waits, what the server needs. No Flask."""

import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from study_server.endurance.crowd import Crowd
from study_server.endurance.ground import Ground, proving_ground
from study_server.endurance.ledger import Ledger, percentile_ms
from study_server.endurance.link import SocketLink
from study_server.endurance.machine import machine_facts
from study_server.endurance.oracle import judge
from study_server.endurance.taker import Pace
from study_server.errors import StudyServerError
from study_server.services.window import WINDOW_TRIALS

MEMORY_EVERY_S = 2.0
TRIALS_OF_LONG_SESSIONS = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadConfig:
    """Who comes, and how they go about it."""

    n_participants: int = 300
    """At the same time."""

    pause_s: float = 3.0
    """Between an acknowledgement and the next answer, on average."""

    n_responses: int = 12
    """Of each participant, when no `minutes` are given."""

    minutes: float | None = None
    """Instead: session after session for so long."""

    loads_pictures: bool = False
    """Whether the pictures of each trial are fetched too."""

    database_url: str | None = None
    """An empty PostgreSQL database; None: SQLite."""

    parent: Path | None = None
    """Where the server's folder is made."""

    n_workers: int | None = None
    """Processes that serve. None: as the server itself has it."""

    rng_seed: int = 1

    def __post_init__(self) -> None:
        for name, least in (("n_participants", 1), ("n_responses", 1), ("pause_s", 0)):
            if (value := getattr(self, name)) < least:
                raise StudyServerError(f"{name} must be at least {least}; got {value}")
        if self.minutes is not None and not 0 < self.minutes <= 24 * 60:
            raise StudyServerError(
                f"minutes must be above 0, up to {24 * 60}; got {self.minutes}"
            )


def run_loadtest(config: LoadConfig) -> dict[str, Any]:
    """Serve, let the crowd in, and compare what it was told with the database.

    Returns:
        What was measured; times in ms, memory in MB of 10^6 bytes.
    """
    ledger = Ledger()
    n_trials = config.n_responses if config.minutes is None else TRIALS_OF_LONG_SESSIONS
    with proving_ground(
        database_url=config.database_url,
        n_slots=100_000,
        n_trials=n_trials,
        parent=config.parent,
        n_workers=config.n_workers,
    ) as ground:
        with MemoryLog(ground) as memory:
            begun = time.monotonic()
            _let_in(config, ground, ledger)
            seconds = time.monotonic() - begun
        ground.server.stop()
        verdict = judge(ledger, ground.database)
    return {
        **asdict(verdict),
        "errors": len(ledger.errors) + ledger.counts["retries"],
        "error_messages": ledger.errors[:10],
        "retries": ledger.counts["retries"],
        "sessions_completed": ledger.counts["completed"],
        "requests_timed": len(ledger.latencies_ms),
        **{
            f"p{percent}_ms": _rounded(percentile_ms(ledger.latencies_ms, percent))
            for percent in (50, 95, 99)
        },
        "max_ms": _rounded(max(ledger.latencies_ms, default=None)),
        "seconds": round(seconds, 1),
        **memory.facts(),
        "participants": config.n_participants,
        "pause_s": config.pause_s,
        "loads_pictures": config.loads_pictures,
        "workers": config.n_workers,
        "rng_seed": config.rng_seed,
        **machine_facts(ground.config),
    }


def _let_in(config: LoadConfig, ground: Ground, ledger: Ledger) -> None:
    ends_at = None if config.minutes is None else time.monotonic() + config.minutes * 60
    crowd = Crowd(
        lambda _: SocketLink(ground.server.url),
        ground.config.simulation_key(),
        ledger,
        rng_seed=config.rng_seed,
        pace=Pace(pause_s=config.pause_s, loads_pictures=config.loads_pictures),
        is_over=lambda: ends_at is not None and time.monotonic() > ends_at,
    )
    if ends_at is not None:
        crowd.take_until_over(config.n_participants)
        return

    def spread_out(rng: Random) -> None:
        time.sleep(rng.uniform(0, WINDOW_TRIALS * config.pause_s))

    crowd.take_one_each(config.n_participants, when_enrolled=spread_out)
    if ledger.counts["completed"] != config.n_participants and not ledger.errors:
        ledger.fail(f"only {ledger.counts['completed']} completed their session")


class MemoryLog:
    """Resident memory of the server, looked at every few seconds."""

    def __init__(self, ground: Ground) -> None:
        self._server = ground.server
        self._seen: list[tuple[float, float]] = []
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MemoryLog":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def facts(self) -> dict[str, float | None]:
        """First, last and largest; and the slope over the second half, once all is
        warm."""
        megabytes = [mb for _, mb in self._seen]
        return {
            "memory_first_mb": _rounded(megabytes[0] if megabytes else None),
            "memory_last_mb": _rounded(megabytes[-1] if megabytes else None),
            "memory_peak_mb": _rounded(max(megabytes, default=None)),
            "memory_slope_mb_per_hour": _rounded(
                slope_per_hour(self._seen[len(self._seen) // 2 :])
            ),
        }

    def _watch(self) -> None:
        while True:
            self._seen.append((time.monotonic(), self._server.resident_mb()))
            if self._is_over.wait(MEMORY_EVERY_S):
                return


def slope_per_hour(points: list[tuple[float, float]]) -> float | None:
    """Of the least-squares line through (seconds, value) points, per hour.

    None where no line is determined.
    """
    if len(points) < 3:
        return None
    mean_s = sum(s for s, _ in points) / len(points)
    mean = sum(value for _, value in points) / len(points)
    spread = sum((s - mean_s) ** 2 for s, _ in points)
    if spread == 0:
        return None
    return 3600 * sum((s - mean_s) * (v - mean) for s, v in points) / spread


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
