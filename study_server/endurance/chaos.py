"""Everything that goes wrong, on purpose, while a crowd answers.

Killed workers, killed master, everything killed, full disk, offline spells, bursts of
5xx, and on each connection requests and answers that are dropped, doubled, delayed and
overtaken. No Flask.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tqdm import tqdm

from study_server.dialects import is_sqlite
from study_server.endurance.crowd import Crowd
from study_server.endurance.faults import FaultRates, FaultyLink, Weather
from study_server.endurance.ground import Ground, proving_ground
from study_server.endurance.ledger import Ledger, percentile_ms
from study_server.endurance.link import SocketLink
from study_server.endurance.machine import machine_facts
from study_server.endurance.oracle import judge
from study_server.endurance.taker import Pace
from study_server.errors import StudyServerError

N_TRIALS = 40
SPELL_S = 1.5
"""How long the weather stays bad, or the disk full."""

LOOK_EVERY_S = 0.2


@dataclass(frozen=True, kw_only=True, slots=True)
class ChaosConfig:
    """How much is answered, and what is done to it."""

    n_responses: int = 2_000
    """Acknowledged ones, before it ends."""

    n_kills: int | None = None
    """SIGKILLs; of workers, master and all of them in turn. None: one for every 4,000
    responses, at least three."""

    n_participants: int = 24
    """At the same time, without a pause."""

    rates: FaultRates = field(default_factory=FaultRates)
    limit_minutes: float = 60.0
    """It ends then, whatever was reached."""

    database_url: str | None = None
    """An empty PostgreSQL database; None: SQLite."""

    parent: Path | None = None
    """Where the server's folder is made."""

    n_workers: int | None = None
    """Processes that serve. None: as the server itself has it."""

    rng_seed: int = 1

    def __post_init__(self) -> None:
        for name in ("n_responses", "n_participants"):
            if (value := getattr(self, name)) < 1:
                raise StudyServerError(f"{name} must be at least 1; got {value}")
        if self.n_kills is not None and self.n_kills < 0:
            raise StudyServerError(f"n_kills must not be negative; got {self.n_kills}")
        if self.limit_minutes <= 0:
            raise StudyServerError(
                f"limit_minutes must be above 0; got {self.limit_minutes}"
            )

    @property
    def kills(self) -> int:
        """How many there will be."""
        if self.n_kills is not None:
            return self.n_kills
        return max(3, self.n_responses // 4_000)


def run_chaos(config: ChaosConfig) -> dict[str, Any]:
    """Serve, let the crowd in, wreck, and compare what it was told with the database.

    Returns:
        What became of the answers, and what was done; times in ms.
    """
    ledger = Ledger()
    with proving_ground(
        database_url=config.database_url,
        n_slots=100_000,
        n_trials=N_TRIALS,
        parent=config.parent,
        n_workers=config.n_workers,
    ) as ground:
        begun = time.monotonic()
        _wreck(config, ground, ledger)
        seconds = time.monotonic() - begun
        ground.server.stop()
        verdict = judge(ledger, ground.database)
        integrity = _integrity(ground)
    is_short = len(ledger.acknowledged) < config.n_responses
    return {
        **asdict(verdict),
        "errors": len(ledger.errors) + is_short,
        "error_messages": [
            *ledger.errors[:10],
            *(["the time was up before all was answered"] if is_short else []),
        ],
        "kills": sum(n for kind, n in ledger.counts.items() if kind.startswith("kill")),
        "retries": ledger.counts["retries"],
        "sessions_completed": ledger.counts["completed"],
        "faults": {
            name: count
            for name, count in sorted(ledger.counts.items())
            if name not in {"retries", "completed"}
        },
        "integrity": integrity,
        **{
            f"p{percent}_ms": _rounded(percentile_ms(ledger.latencies_ms, percent))
            for percent in (50, 95, 99)
        },
        "seconds": round(seconds, 1),
        "participants": config.n_participants,
        "workers": config.n_workers,
        "rates": asdict(config.rates),
        "rng_seed": config.rng_seed,
        **machine_facts(ground.config),
    }


def _wreck(config: ChaosConfig, ground: Ground, ledger: Ledger) -> None:
    """The crowd and the villain at the same time, until enough is acknowledged."""
    weather = Weather()
    ends_at = time.monotonic() + config.limit_minutes * 60
    is_done = threading.Event()

    def is_over() -> bool:
        is_enough = len(ledger.acknowledged) >= config.n_responses
        return (is_enough and is_done.is_set()) or time.monotonic() > ends_at

    crowd = Crowd(
        lambda rng: FaultyLink(
            partial(SocketLink, ground.server.url), config.rates, weather, ledger, rng
        ),
        ground.config.simulation_key(),
        ledger,
        rng_seed=config.rng_seed,
        pace=Pace(pause_s=0.0, loads_pictures=False),
        is_over=is_over,
    )
    crowd_thread = threading.Thread(
        target=crowd.take_until_over, args=(config.n_participants,), daemon=True
    )
    crowd_thread.start()
    with tqdm(total=config.n_responses, unit="response") as bar:
        for share, (name, act) in _programme(config, ground, weather):
            wanted = int(share * config.n_responses)
            while len(ledger.acknowledged) < wanted and not is_over():
                time.sleep(LOOK_EVERY_S)
                bar.update(len(ledger.acknowledged) - bar.n)
            if is_over():
                break
            ledger.count(name)
            act()
        is_done.set()
        while crowd_thread.is_alive():
            crowd_thread.join(LOOK_EVERY_S)
            bar.update(len(ledger.acknowledged) - bar.n)


Act = tuple[str, Callable[[], None]]


def _programme(
    config: ChaosConfig, ground: Ground, weather: Weather
) -> Iterator[tuple[float, Act]]:
    """What is done, and after which share of the responses: each kill is followed by
    a spell of something else."""
    kills, spells = cycle(_kills(ground)), cycle(_spells(ground, weather))
    n_acts = 2 * config.kills
    for number in range(n_acts):
        act = next(spells) if number % 2 else next(kills)
        yield (number + 1) / (n_acts + 1), act


def _kills(ground: Ground) -> list[Act]:
    server = ground.server

    def kill_all() -> None:
        server.kill_all()
        server.start()

    def kill_master() -> None:
        server.kill_master()
        server.start()

    return [
        ("kill_all", kill_all),
        ("kill_workers", server.kill_workers),
        ("kill_master", kill_master),
    ]


def _spells(ground: Ground, weather: Weather) -> list[Act]:
    def offline() -> None:
        weather.is_offline = True
        time.sleep(SPELL_S)
        weather.is_offline = False

    def burst() -> None:
        weather.is_5xx_burst = True
        time.sleep(SPELL_S)
        weather.is_5xx_burst = False

    def full_disk() -> None:
        files = [f for f in ground.config.data_dir.iterdir() if f.is_file()]
        ground.server.limit_files(max(f.stat().st_size for f in files))
        time.sleep(SPELL_S)
        ground.server.limit_files(None)

    spells = [("spell_offline", offline), ("spell_5xx", burst)]
    if is_sqlite(ground.database.engine):  # PostgreSQL's files are not ours to limit
        spells.insert(0, ("spell_full_disk", full_disk))
    return spells


def _integrity(ground: Ground) -> str:
    """What SQLite says of its own file; PostgreSQL checks as it reads."""
    if not is_sqlite(ground.database.engine):
        return "checked as read"
    with ground.database.engine.connect() as connection:
        found = connection.execute(text("PRAGMA integrity_check")).scalar_one()
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    return str(found) if not orphans else f"{len(orphans)} orphaned rows"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
