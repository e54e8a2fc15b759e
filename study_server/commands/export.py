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
from study_server.export.archive import write_archive
from study_server.export.download import Wanted, has_people, note_export
from study_server.export.formats import FORMATS
from study_server.export.process import download_with_care
from study_server.export.tables import SESSION_FILTERS, count_sessions
from study_server.services.audit_log import COMMAND_LINE
from study_server.services.blinding import is_blind
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
        help="csv is what study-analysis reads; jspsych has the answers under the "
        "names of jsPsych (default: %(default)s)",
    )
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Write the zip; say what is in it and what was left out."""
    config = server_config(options)
    wanted = Wanted(
        study_id=options.study_id,
        sessions=options.sessions,
        format_name=options.format,
        exported_at=datetime.now(UTC),
    )
    with open_database(config, may_upgrade=False) as database:
        with database.write() as db:
            study = get_study(db, wanted.study_id)
            hides_truth = has_people(wanted.sessions) and is_blind(db, study)
            note_export(db, wanted, actor=COMMAND_LINE)
            n_all = count_sessions(db, wanted.study_id, sessions="all")
            n_exported = count_sessions(db, wanted.study_id, sessions=wanted.sessions)
        write_archive(download_with_care(config, database, wanted), options.out)
    print(f"Wrote {options.out}: {n_exported} sessions ({options.sessions})")
    if hides_truth:
        print(
            "Who was right in main trials is left out: the study is not closed yet, "
            "and nobody has unblinded it"
        )
    if n_exported < n_all:
        print(f"Left out {n_all - n_exported} sessions; --sessions all has them too")
