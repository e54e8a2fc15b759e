"""`study-server export`: write one study as a zip of tables."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.export.archive import stream_archive, write_archive
from study_server.export.formats import FORMATS
from study_server.export.tables import SESSION_FILTERS, count_sessions
from study_server.services.studies import get_study

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "export",
        run_command,
        purpose="Write one study as a zip of tables, also while people take part.",
        example="study-server export demo --out demo.zip --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.zip")
    parser.add_argument(
        "--sessions",
        choices=SESSION_FILTERS,
        default="real",
        help="whose sessions (default: %(default)s, without simulated ones)",
    )
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="csv",
        help="our tables, which study-analysis reads, or one under the names of "
        "jsPsych (default: %(default)s)",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Write the zip; say what is in it and what was left out."""
    config = server_config(options)
    with open_database(config, may_upgrade=False) as database, database.read() as db:
        study = get_study(db, options.study_id)
        n_all = count_sessions(db, study.study_id, sessions="all")
        n_exported = count_sessions(db, study.study_id, sessions=options.sessions)
        chunks = stream_archive(
            db,
            study,
            sessions=options.sessions,
            exported_at=datetime.now(UTC),
            format_name=options.format,
            bundles_dir=config.bundles_dir,
        )
        write_archive(chunks, options.out)
    print(f"Wrote {options.out}: {n_exported} sessions ({options.sessions})")
    if n_exported < n_all:
        print(f"Left out {n_all - n_exported} sessions; --sessions all has them too")
