"""`study-server loadtest`: a crowd at its natural pace, on a server of its own."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import add_command
from study_server.errors import StudyServerError

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "loadtest",
        run_command,
        purpose="Let many simulated participants answer at the same time, on a server "
        "and data made for it; exit 1 when an answer is lost, an error seen, or a "
        "bound exceeded.",
        example="study-server loadtest --participants 300 --pause-s 3 "
        "--max-p95-ms 100 --max-p99-ms 300",
    )
    parser.add_argument("--participants", type=int, default=300, metavar="N")
    parser.add_argument("--pause-s", type=float, default=3.0, metavar="SECONDS")
    parser.add_argument(
        "--responses",
        type=int,
        default=12,
        metavar="N",
        help="of each participant (default: %(default)s)",
    )
    parser.add_argument(
        "--minutes", type=float, help="instead: session after session for so long"
    )
    parser.add_argument(
        "--pictures", action="store_true", help="fetch every picture as browsers do"
    )
    parser.add_argument("--max-p95-ms", type=float, metavar="MS")
    parser.add_argument("--max-p99-ms", type=float, metavar="MS")
    add_endurance_options(parser)


def add_endurance_options(parser: argparse.ArgumentParser) -> None:
    """Where the server to be tried out keeps its data, and how to tell of it."""
    parser.add_argument(
        "--database",
        metavar="URL",
        help="an empty PostgreSQL database; by default SQLite",
    )
    parser.add_argument(
        "--in",
        dest="parent",
        type=Path,
        metavar="DIR",
        help="where its folder is made, on the disk that counts",
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="processes; see `study-server run`"
    )
    parser.add_argument("--rng-seed", type=int, default=1, metavar="N")
    parser.add_argument("--json", action="store_true", help="print JSON alone")


def run_command(options: argparse.Namespace) -> None:
    """Measure, print, and fail on any loss."""
    from study_server.endurance.loadtest import LoadConfig, run_loadtest

    config = LoadConfig(
        n_participants=options.participants,
        pause_s=options.pause_s,
        n_responses=options.responses,
        minutes=options.minutes,
        loads_pictures=options.pictures,
        database_url=options.database,
        parent=options.parent,
        n_workers=options.workers,
        rng_seed=options.rng_seed,
    )
    found = run_loadtest(config)
    print_found(found, as_json=options.json)
    faults = endurance_faults(found)
    for percent in (95, 99):
        bound = getattr(options, f"max_p{percent}_ms")
        measured = found[f"p{percent}_ms"]
        if bound is not None and (measured is None or measured > bound):
            faults.append(f"p{percent} is {measured} ms, more than {bound}")
    if faults:
        raise StudyServerError("; ".join(faults))


def print_found(found: dict[str, object], *, as_json: bool) -> None:
    """For programs, or one line each for people."""
    if as_json:
        print(json.dumps(found, indent=2))
        return
    for name, value in found.items():
        shown = json.dumps(value) if isinstance(value, dict | list) else value
        print(f"{name:28} {shown}")


def endurance_faults(found: dict[str, object]) -> list[str]:
    """What must not be: losses, and errors that nothing excuses."""
    from study_server.endurance.oracle import MUST_BE_ZERO

    names = (*MUST_BE_ZERO, "errors")
    faults = [f"{name}: {found[name]}" for name in names if found[name]]
    if found.get("integrity", "ok") not in {"ok", "checked as read"}:
        faults.append(f"integrity: {found['integrity']}")
    return faults
