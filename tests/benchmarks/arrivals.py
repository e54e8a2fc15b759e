"""Five hundred people who come within a second: does everyone get a place of their own?

    python -m tests.benchmarks.arrivals
    python -m tests.benchmarks.arrivals --people 500 --slots 400 --dropout 0.2
    python -m tests.benchmarks.arrivals --database postgresql+psycopg://USER@HOST/NAME

Real server processes are asked over sockets, by a thread for each person, all within
one second. Then, in rounds, a share of those who got in drops out and others come in
their place, until the study is full. Exits with 1 if anybody got a place twice or
waited for more than five seconds, if a cell was overfilled, or if the ten cells differ
by more than one at the end.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from sqlalchemy import select, update

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.endurance.crowd import STACK_BYTES
from study_server.endurance.link import LinkError, SocketLink
from study_server.models import StudySession
from study_server.services.leases import release_expired
from tests.benchmarks.arrival_servers import serve
from tests.study_server.study_fixture import (
    CONDITIONS,
    STUDY_ID,
    make_study,
    tiny_definition,
)

FIVE_LISTS = {"conditions": [*CONDITIONS, "none"]}
"""With two query pairs: ten cells."""
N_FEATURES = 12
"""Two for practice, two for each condition."""
COME_WITHIN_S = 1.0
LONGEST_WAIT_S = 5.0
MOST_ROUNDS = 12
START = json.dumps({"consent": True}).encode()
AS_JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What happened."""

    n_people: int
    """Who came, in all rounds."""
    n_let_in: int
    n_turned_away: int
    n_errors: int
    n_slots: int
    n_holding: int
    """Sessions that hold a slot at the end."""
    n_twice: int
    """Slots held by more than one."""
    overshoot: int
    """Sessions that hold a slot beyond the quota."""
    imbalance: int
    """Most minus fewest sessions of a cell."""
    n_cells: int
    first_round_s: float
    """From the first request to the last answer of the first round."""
    p50_ms: float
    p99_ms: float
    slowest_ms: float

    @property
    def is_sound(self) -> bool:
        """Whether the promises hold."""
        faults = (self.n_errors, self.n_twice, self.overshoot)
        return not any(faults) and self.imbalance <= 1

    @property
    def is_quick(self) -> bool:
        """Whether nobody waited for longer than the specification lets them."""
        return self.slowest_ms < 1000 * LONGEST_WAIT_S


def measure(
    url: str | None,
    *,
    n_people: int,
    n_slots: int,
    dropout: float,
    n_processes: int,
    rng_seed: int = 1,
) -> Result:
    """Let people come to servers of their own; count what they got.

    Args:
        url: an empty database. None: SQLite, of the benchmark's own.
        dropout: share of those let in that drops out before the next round, 0 to 1.
        n_processes: server processes on the one database.
    """
    rng = Random(rng_seed)
    with tempfile.TemporaryDirectory(prefix="arrivals-") as scratch:
        folder = Path(scratch)
        config = ServerConfig(data_dir=folder / "data", database_url=url)
        config.data_dir.mkdir()
        definition = tiny_definition(study={"n_slots": n_slots}, design=FIVE_LISTS)
        make_study(config, folder, definition, n_features=N_FEATURES)
        database = Database(config.resolved_database_url)
        with serve(config, n_processes=n_processes) as addresses:
            answers = come_all(addresses, n_people)
            first_round_s = max(a.end_s for a in answers) - answers[0].begin_s
            for _ in range(MOST_ROUNDS):
                n_free = drop_out(database, dropout, n_slots=n_slots, rng=rng)
                if n_free == 0:
                    break
                answers += come_all(addresses, n_free + 5)
                dropout /= 2
        holding = holders(database)
        database.close()
    return _result(answers, holding, n_slots=n_slots, first_round_s=first_round_s)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One person's Start, and what came back."""

    status: int
    """201: let in; 409: the study is full; 0: no answer."""
    begin_s: float
    end_s: float


def come_all(addresses: Sequence[str], n_people: int) -> list[Answer]:
    """All press Start within a second; who comes is spread over the servers."""
    gate = threading.Barrier(n_people)

    def come(number: int) -> Answer:
        link = SocketLink(addresses[number % len(addresses)])
        gate.wait()
        time.sleep(COME_WITHIN_S * number / n_people)
        begin_s = time.perf_counter()
        try:
            path = f"/s/{STUDY_ID}/api/session"
            status = link.ask("POST", path, START, AS_JSON).status
        except LinkError:
            status = 0
        link.close()
        return Answer(status=status, begin_s=begin_s, end_s=time.perf_counter())

    before = threading.stack_size(STACK_BYTES)
    try:
        with ThreadPoolExecutor(max_workers=n_people) as pool:
            return list(pool.map(come, range(n_people)))
    finally:
        threading.stack_size(before)


def drop_out(database: Database, share: float, *, n_slots: int, rng: Random) -> int:
    """Let leases of some end; how many slots are free now."""
    now = datetime.now(UTC)
    with database.write() as db:
        held = db.scalars(
            select(StudySession.session_id).where(StudySession.holds_slot)
        ).all()
        leaving = [each for each in held if rng.random() < share]
        db.execute(
            update(StudySession)
            .where(StudySession.session_id.in_(leaving))
            .values(lease_expires_at=now - timedelta(seconds=1))
        )
        release_expired(db, STUDY_ID, now=now)
    return n_slots - len(holders(database))


def holders(database: Database) -> list[StudySession]:
    """Sessions that hold a slot."""
    with database.read() as db:
        return list(db.scalars(select(StudySession).where(StudySession.holds_slot)))


def _result(
    answers: Sequence[Answer],
    holding: Sequence[StudySession],
    *,
    n_slots: int,
    first_round_s: float,
) -> Result:
    took_ms = sorted((a.end_s - a.begin_s) * 1000 for a in answers)
    statuses = Counter(answer.status for answer in answers)
    slots = Counter(session.slot_index for session in holding)
    cells = Counter((s.list_index, s.pair_offset) for s in holding)
    return Result(
        n_people=len(answers),
        n_let_in=statuses[201],
        n_turned_away=statuses[409],
        n_errors=len(answers) - statuses[201] - statuses[409],
        n_slots=n_slots,
        n_holding=len(holding),
        n_twice=sum(count > 1 for count in slots.values()),
        overshoot=max(0, len(holding) - n_slots),
        imbalance=max(cells.values()) - min(cells.values()),
        n_cells=len(cells),
        first_round_s=round(first_round_s, 2),
        p50_ms=round(statistics.median(took_ms), 1),
        p99_ms=round(took_ms[int(0.99 * (len(took_ms) - 1))], 1),
        slowest_ms=round(took_ms[-1], 1),
    )


def processes_for(url: str | None) -> int:
    """SQLite is served by one process with many threads, as it should be run."""
    return 1 if url is None or url.startswith("sqlite") else 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--slots", type=int, default=400)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--processes", type=int, help="SQLite: 1; PostgreSQL: 2")
    parser.add_argument("--database", help="address of an empty database")
    options = parser.parse_args(arguments)
    result = measure(
        options.database,
        n_people=options.people,
        n_slots=options.slots,
        dropout=options.dropout,
        n_processes=options.processes or processes_for(options.database),
    )
    verdict = {"is_sound": result.is_sound, "is_quick": result.is_quick}
    print(json.dumps({**asdict(result), **verdict}, indent=2))
    return 0 if all(verdict.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
