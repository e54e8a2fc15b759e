"""A million responses exported while three hundred people answer: how long, how much?

    python -m tests.benchmarks.export_speed
    python -m tests.benchmarks.export_speed --responses 100000 --json
    python -m tests.benchmarks.export_speed --database postgresql+psycopg://USER@HOST/NAME

A database is filled first; that is not counted. Then a crowd answers on a real server,
and the same study is exported twice: by `study-server export`, in a process of its own,
and through the researchers' API, by the server that the crowd is on. Exits with 1 when
a bound is exceeded (7.9, 9.1).
"""

import argparse
import json
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import httpx

from study_server.endurance.crowd import Crowd
from study_server.endurance.ground import Ground, proving_ground
from study_server.endurance.ledger import Ledger, percentile_ms
from study_server.endurance.link import SocketLink
from study_server.endurance.machine import machine_facts
from study_server.endurance.taker import Pace
from study_server.models import Scope
from study_server.services.api_tokens import create_token
from tests.benchmarks.large_study import N_TRIALS, STUDY_ID, fill_large_study

TRIALS_OF_CROWD = 100
"""Of each session of those who answer meanwhile: none of them is done too early."""
WARM_UP_LIMIT_S = 120.0
WARM_UP_REQUESTS = 2
"""Of each of the crowd, before anything is exported: all have come in by then."""
LIMITS = {"seconds": 60.0, "peak_mb": 300.0, "p99_ms": 300.0}
"""Of an export, of the memory it takes, and of what participants wait meanwhile."""


class Exported(NamedTuple):
    """What one way to export took."""

    seconds: float
    peak_mb: float
    n_bytes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One way to export, and how the crowd fared meanwhile."""

    way: str
    seconds: float
    peak_mb: float
    """MB of 10^6 bytes: of the command's processes; of the server's."""
    p99_ms: float | None
    """Of the crowd's requests while the export was made."""
    zip_mb: float
    n_responses: int
    """In the export."""

    @property
    def faults(self) -> list[str]:
        """Which bounds were exceeded."""
        measured = asdict(self)
        return [
            f"{self.way}: {name} is {measured[name]}, more than {limit:g}"
            for name, limit in LIMITS.items()
            if measured[name] is None or measured[name] > limit
        ]


def measure(
    *, n_responses: int, n_participants: int, pause_s: float, url: str | None
) -> dict[str, Any]:
    """Fill a database, let the crowd in, export in both ways.

    Args:
        url: an empty PostgreSQL database. None: SQLite.
    """
    with proving_ground(
        database_url=url, n_slots=100_000, n_trials=TRIALS_OF_CROWD, parent=None
    ) as ground:
        begun = time.monotonic()
        n_sessions = max(n_responses // N_TRIALS, 1)
        fill_large_study(ground.database, n_sessions=n_sessions, rng=Random(1))
        filled_s = time.monotonic() - begun
        tell(f"filled in {filled_s:.0f} s; the crowd comes in")
        ledger = Ledger()
        with crowd(ground, ledger, n_participants, pause_s):
            warm_up(ledger, n_participants)
            before = len(ledger.latencies_ms)
            time.sleep(2 * pause_s)
            alone_ms = percentile_ms(ledger.latencies_ms[before:], 99)
            ways = [
                meanwhile(way, export, ground, ledger)
                for way, export in (("command", by_command), ("API", by_api))
            ]
        return {
            "exports": [asdict(way) for way in ways],
            "faults": [fault for way in ways for fault in way.faults] + ledger.errors,
            "p99_without_export_ms": alone_ms,
            "filled_s": round(filled_s, 1),
            "participants": n_participants,
            "pause_s": pause_s,
            "limits": LIMITS,
            **machine_facts(ground.config),
        }


def warm_up(ledger: Ledger, n_participants: int) -> None:
    """Wait until everybody answers."""
    begun = time.monotonic()
    while len(ledger.latencies_ms) < WARM_UP_REQUESTS * n_participants:
        if time.monotonic() - begun > WARM_UP_LIMIT_S:
            raise RuntimeError(f"the crowd does not come in: {ledger.errors[:3]}")
        time.sleep(0.5)
    tell(f"all have come in within {time.monotonic() - begun:.0f} s")


@contextmanager
def crowd(
    ground: Ground, ledger: Ledger, n_participants: int, pause_s: float
) -> Iterator[None]:
    """People who answer all the while."""
    is_over = threading.Event()
    people = Crowd(
        lambda _: SocketLink(ground.server.url),
        ground.config.simulation_key(),
        ledger,
        rng_seed=1,
        pace=Pace(pause_s=pause_s, loads_pictures=False),
        is_over=is_over.is_set,
    )
    thread = threading.Thread(target=people.take_until_over, args=(n_participants,))
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def meanwhile(
    way: str,
    export: Callable[[Ground, Path], Exported],
    ground: Ground,
    ledger: Ledger,
) -> Measured:
    """Export in one way; what the crowd's requests took in that time."""
    path = ground.config.data_dir / f"{way}.zip"
    before = len(ledger.latencies_ms)
    made = export(ground, path)
    p99_ms = percentile_ms(ledger.latencies_ms[before:], 99)
    with zipfile.ZipFile(path) as files:
        facts = json.loads(files.read("export.json"))
    tell(f"exported by {way} in {made.seconds:.1f} s")
    return Measured(
        way=way,
        seconds=round(made.seconds, 1),
        peak_mb=round(made.peak_mb, 1),
        p99_ms=None if p99_ms is None else round(p99_ms, 1),
        zip_mb=round(made.n_bytes / 1e6, 1),
        n_responses=facts["n_rows"]["responses"],
    )


def by_command(ground: Ground, path: Path) -> Exported:
    """`study-server export` beside the server."""
    command = [
        *(sys.executable, "-m", "study_server", "export", STUDY_ID),
        *("--sessions", "all", "--out", str(path)),
        *("--data", str(ground.config.data_dir)),
        *("--database", ground.config.resolved_database_url),
    ]
    begun, peak_mb = time.monotonic(), 0.0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        found = sum(map(most_resident_mb, (process.pid, *children(process.pid))))
        peak_mb = max(peak_mb, found)
        time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(f"the export failed with exit code {process.returncode}")
    return Exported(time.monotonic() - begun, peak_mb, path.stat().st_size)


def children(pid: int) -> list[int]:
    """The processes that a process has started; none when it is gone."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(each) for each in text.split()]


def most_resident_mb(pid: int) -> float:
    """The most that a process has held so far; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def by_api(ground: Ground, path: Path) -> Exported:
    """A download with a token, from the server that the crowd is on."""
    with ground.database.write() as db:
        made = create_token(
            db,
            label="benchmark",
            study_id=STUDY_ID,
            scopes=[Scope.EXPORT_READ],
            created_by="benchmark",
            created_at=datetime.now(UTC),
        )
    address = f"{ground.server.url}/api/studies/{STUDY_ID}/export?sessions=all"
    headers = {"Authorization": f"Bearer {made.secret}"}
    begun, peak_mb = time.monotonic(), 0.0
    with (
        httpx.stream("GET", address, headers=headers, timeout=120) as answer,
        path.open("wb") as file,
    ):
        answer.raise_for_status()
        looked_at = 0.0
        for chunk in answer.iter_raw():
            file.write(chunk)
            if time.monotonic() - looked_at > 1:
                looked_at = time.monotonic()
                peak_mb = max(peak_mb, served_from_mb(ground))
    return Exported(time.monotonic() - begun, peak_mb, path.stat().st_size)


def served_from_mb(ground: Ground) -> float:
    """The memory of the server and of whatever its processes have started."""
    helpers = [pid for each in ground.server.worker_pids() for pid in children(each)]
    return ground.server.resident_mb() + sum(map(most_resident_mb, helpers))


def tell(what: str) -> None:
    """Say how far it is."""
    print(what, file=sys.stderr, flush=True)


def print_table(found: dict[str, Any]) -> None:
    """What was measured beside its limits."""
    print(f"{'':10}{'seconds':>10}{'peak MB':>10}{'p99 ms':>10}{'zip MB':>10}")
    for each in found["exports"]:
        print(
            f"{each['way']:10}{each['seconds']:>10}{each['peak_mb']:>10}"
            f"{each['p99_ms'] or 'none':>10}{each['zip_mb']:>10}   "
            f"{each['n_responses']} responses"
        )
    print(f"{'limit':10}" + "".join(f"{limit:>10g}" for limit in LIMITS.values()))
    for name in ("p99_without_export_ms", "participants", "database", "filled_s"):
        print(f"{name:24} {found[name]}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 when a bound is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--responses", type=int, default=1_000_000)
    parser.add_argument("--participants", type=int, default=300)
    parser.add_argument("--pause-s", type=float, default=3.0)
    parser.add_argument("--database", help="address of an empty PostgreSQL database")
    parser.add_argument("--json", action="store_true", help="print JSON alone")
    options = parser.parse_args(arguments)
    found = measure(
        n_responses=options.responses,
        n_participants=options.participants,
        pause_s=options.pause_s,
        url=options.database,
    )
    if options.json:
        print(json.dumps(found, indent=2))
    else:
        print_table(found)
    for fault in found["faults"]:
        print(fault, file=sys.stderr)
    return 1 if found["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
