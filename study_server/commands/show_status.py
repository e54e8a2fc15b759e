"""`study-server status`: how a study is going."""

import argparse
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.monitor import Progress, progress
from study_server.services.studies import get_study

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "status",
        run_command,
        purpose="Print how a study is going: counts only, never who was right.",
        example="study-server status demo --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Print the counts of the study page."""
    config = server_config(options)
    with open_database(config, may_upgrade=False) as database, database.read() as db:
        study = get_study(db, options.study_id)
        print(f"{study.study_id}, version {study.version}: {study.status}")
        print("\n".join(lines(progress(db, study.study_id))))


def lines(counts: Progress) -> list[str]:
    """One line per count, people first."""
    table = [("", "people", "simulated")]
    for count in (*counts.stages, *counts.outcomes, counts.responses):
        table.append((count.name, str(count.real), str(count.simulated)))
    text = [f"{name:<24}{real:>8}{simulated:>11}" for name, real, simulated in table]
    text.append(f"{'main trials':<24}{'planned':>8}{'shown':>11}{'answered':>10}")
    text += [
        f"{row.condition:<24}{row.n_planned:>8}{row.n_shown:>11}{row.n_responses:>10}"
        for row in counts.conditions
    ]
    text += [
        f"{name:<24}{n:>8}"
        for name, n in (
            ("late answers", counts.n_late),
            ("conflicting answers", counts.n_conflicts),
            ("recovered from files", counts.n_recovered),
            ("refused, kept raw", counts.n_rejected),
        )
        if n
    ]
    return text
