"""`study-server bonus`: propose, confirm and list bonuses."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.audit_log import note
from study_server.services.bonuses import (
    Limits,
    bonus_csv,
    confirm,
    propose,
    read_lines,
)
from study_server.services.studies import get_study

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "bonus",
        run_command,
        purpose="Propose bonuses from a file of sessions and amounts, confirm what "
        "somebody else proposed, or print the confirmed ones as CSV.",
        example="study-server bonus propose demo --by ada --file bonuses.csv "
        "--reason 'long session' --per-person 2 --total 40 --data data",
    )
    parser.add_argument("action", choices=("propose", "confirm", "csv"))
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("--by", default="command line", metavar="NAME")
    parser.add_argument("--file", type=Path, default=Path("/dev/stdin"))
    parser.add_argument("--reason", default="")
    parser.add_argument("--per-person", type=float, default=5.0, metavar="AMOUNT")
    parser.add_argument("--total", type=float, default=100.0, metavar="AMOUNT")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """One of the three."""
    now, study_id = datetime.now(UTC), options.study_id
    with open_database(server_config(options)) as database, database.write() as db:
        get_study(db, study_id)
        if options.action == "csv":
            sys.stdout.write(bonus_csv(db, study_id).decode())
            return
        if options.action == "propose":
            limits = Limits(round(options.per_person * 100), round(options.total * 100))
            lines = read_lines(options.file.read_text("utf-8"))
            done = propose(
                db,
                study_id,
                lines,
                reason=options.reason,
                limits=limits,
                by=options.by,
                at=now,
            )
        else:
            done = confirm(db, study_id, by=options.by, at=now)
        note(
            db,
            f"bonus.{options.action}",
            actor=options.by,
            done_at=now,
            study_id=study_id,
            details={"n": len(done)},
        )
        print(f"{len(done)} bonuses: {options.action}")
