"""The same study on this server and on oTree, on one machine, under one load.

    python3 -m venv otree-env && otree-env/bin/pip install otree
    python -m tests.benchmarks.platforms --otree otree-env/bin/otree
    python -m tests.benchmarks.platforms --participants 50 --pages 20 --think-s 3

So many participants answer so many pages: one of two options, and a confidence. Each
platform runs as it is to be run with SQLite: `study-server run`, `otree prodserver`.
First nothing goes wrong, and times are taken. Then all answer with little thought, and
in mid run every process of the server gets SIGKILL and is started again; what was
acknowledged is then compared with what is stored. Exits with 1 if this server lost an
answer. Pictures are fetched on neither.
"""

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from random import Random

from study_server.endurance.ground import Ground, proving_ground
from study_server.endurance.ledger import Ledger, percentile_ms
from study_server.endurance.link import SocketLink
from study_server.endurance.machine import processor
from study_server.endurance.oracle import judge
from study_server.endurance.study import STUDY_ID
from study_server.endurance.taker import Taker
from tests.benchmarks.otree_study import (
    OTreeParticipant,
    OTreeServer,
    otree_version,
)

HASTY_S = 0.3
"""Think time of those whose server is killed."""
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """Who comes, and what they do."""

    n_participants: int
    n_pages: int
    think_s: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One run of one platform."""

    acknowledged: int
    lost: int
    """Acknowledged, and not stored as sent."""
    seconds: float
    answer_ms: list[float]
    """From sending an answer to being told that it is stored."""
    next_ms: list[float]
    """From sending an answer to having the next question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A line of the table; times in ms."""

    platform: str
    answers: int
    answers_per_s: float
    p50_ms: float | None
    p99_ms: float | None
    next_p50_ms: float | None
    next_p99_ms: float | None
    acknowledged_around_kill: int
    lost_after_kill: int


def together(load: Load, take: Callable[[int], None]) -> float:
    """All at the same time; how long it took, in seconds."""
    begun = time.monotonic()
    with ThreadPoolExecutor(load.n_participants) as pool:
        list(pool.map(take, range(load.n_participants)))
    return time.monotonic() - begun


class KillsOnce:
    """SIGKILL and a new start once so many answers are acknowledged."""

    def __init__(
        self, n_before: int, count: Callable[[], int], kill: Callable[[], None]
    ) -> None:
        self._n_before, self._count, self._kill = n_before, count, kill
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> "KillsOnce":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.wait()

    def wait(self) -> None:
        """Until it is done."""
        self._thread.join()

    def _watch(self) -> None:
        while self._count() < self._n_before:
            if self._is_over.wait(LOOK_EVERY_S):
                return
        self._kill()


def run_ours(load: Load, *, is_killed: bool) -> Measured:
    """This server, and the participants of its own load test."""
    ledger, next_ms = Ledger(), list[float]()
    with proving_ground(
        database_url=None,
        n_slots=2 * load.n_participants,
        n_trials=load.n_pages,
        parent=None,
    ) as ground:

        def take(number: int) -> None:
            link, key = SocketLink(ground.server.url), ground.config.simulation_key()
            taker = Taker(link, STUDY_ID, key, ledger, Random(number))
            taker.enrol()
            trials = taker.held_trials()
            while trials:
                time.sleep(load.think_s)
                begun = time.perf_counter()
                taker.answer(trials.pop(0))
                trials = trials or taker.held_trials()
                next_ms.append((time.perf_counter() - begun) * 1000)
            taker.finish()
            taker.close()

        if is_killed:
            half = load.n_participants * load.n_pages // 2
            with KillsOnce(half, lambda: len(ledger.heard), lambda: restart(ground)):
                seconds = together(load, take)
        else:
            seconds = together(load, take)
        verdict = judge(ledger, ground.database)
    return Measured(
        acknowledged=verdict.acknowledged,
        lost=verdict.lost,
        seconds=seconds,
        answer_ms=ledger.latencies_ms,
        next_ms=next_ms,
    )


def restart(ground: Ground) -> None:
    """SIGKILL to every process, and the next life."""
    ground.server.kill_all()
    ground.server.start()


def run_otree(load: Load, otree: Path, *, is_killed: bool) -> Measured:
    """oTree, and participants who open its pages."""
    everyone = [OTreeParticipant(Random(n)) for n in range(load.n_participants)]
    with tempfile.TemporaryDirectory(prefix="otree-") as folder:
        server = OTreeServer(otree, Path(folder) / "project", n_pages=load.n_pages)
        server.start()
        try:
            path = server.open_session(load.n_participants)

            def take(number: int) -> None:
                everyone[number].take(server.host, path, pause_s=load.think_s)

            def kill() -> None:
                server.kill()
                server.start()

            def count() -> int:
                return sum(len(each.acknowledged) for each in everyone)

            if is_killed:
                with KillsOnce(load.n_participants * load.n_pages // 2, count, kill):
                    seconds = together(load, take)
            else:
                seconds = together(load, take)
        finally:
            server.kill()
        stored = server.stored()
    told = [item for each in everyone for item in each.acknowledged.items()]
    return Measured(
        acknowledged=len(told),
        lost=sum(stored.get(place) != answer for place, answer in told),
        seconds=seconds,
        answer_ms=[ms for each in everyone for ms in each.answer_ms],
        next_ms=[ms for each in everyone for ms in each.next_ms],
    )


def row_of(platform: str, quiet: Measured, killed: Measured) -> Row:
    """Times of the run in which nothing went wrong, losses of the other."""

    def at(times_ms: list[float], percent: float) -> float | None:
        value = percentile_ms(times_ms, percent)
        return None if value is None else round(value, 1)

    return Row(
        platform=platform,
        answers=quiet.acknowledged,
        answers_per_s=round(quiet.acknowledged / quiet.seconds, 1),
        p50_ms=at(quiet.answer_ms, 50),
        p99_ms=at(quiet.answer_ms, 99),
        next_p50_ms=at(quiet.next_ms, 50),
        next_p99_ms=at(quiet.next_ms, 99),
        acknowledged_around_kill=killed.acknowledged,
        lost_after_kill=killed.lost,
    )


def print_table(rows: Sequence[Row], load: Load) -> None:
    """For people."""
    print(
        f"{load.n_participants} participants, {load.n_pages} pages each, "
        f"{load.think_s:g} s of thought; SQLite; {processor()}"
    )
    print(
        f"{'':28}{'answers':>8}{'per s':>8}{'answer, ms':>16}{'next, ms':>16}", end=""
    )
    print(f"{'around SIGKILL':>22}")
    print(f"{'':44}{'p50':>8}{'p99':>8}{'p50':>8}{'p99':>8}", end="")
    print(f"{'acknowledged':>14}{'lost':>8}")
    for row in rows:
        name, answers, rate, *times, acknowledged, lost = asdict(row).values()
        shown = "".join(f"{'–' if t is None else t:>8}" for t in times)
        print(f"{name:28}{answers:>8}{rate:>8}{shown}{acknowledged:>14}{lost:>8}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all and print the table; 1 if this server lost an answer."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--otree", type=Path, help="oTree's command; none: left out")
    parser.add_argument("--participants", type=int, default=50)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--think-s", type=float, default=3.0)
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    options = parser.parse_args(arguments)
    if options.otree is not None and not options.otree.is_file():
        parser.error(
            f"there is no {options.otree}; make it by: python3 -m venv otree-env && "
            "otree-env/bin/pip install otree"
        )
    load = Load(
        n_participants=options.participants,
        n_pages=options.pages,
        think_s=options.think_s,
    )
    hasty = Load(
        n_participants=load.n_participants, n_pages=load.n_pages, think_s=HASTY_S
    )
    ours = row_of(
        f"Accentuate {version('accentuate')}",
        run_ours(load, is_killed=False),
        run_ours(hasty, is_killed=True),
    )
    rows = [ours]
    if options.otree is not None:
        rows.append(
            row_of(
                f"oTree {otree_version(options.otree)}",
                run_otree(load, options.otree, is_killed=False),
                run_otree(hasty, options.otree, is_killed=True),
            )
        )
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        print_table(rows, load)
    return 1 if ours.lost_after_kill else 0


if __name__ == "__main__":
    sys.exit(main())
