"""`study-server launch`: look at a draft's checklist, and open it."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import LaunchError
from study_server.services.audit_log import COMMAND_LINE, note
from study_server.services.launch import (
    MAY_BE_WAIVED,
    checklist,
    ground_for,
    launch,
)
from study_server.services.studies import find_draft

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "launch",
        run_command,
        purpose="Print what is left to do before a draft may be launched, and launch "
        "it when nothing is; fails otherwise.",
        example="study-server launch demo --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        choices=MAY_BE_WAIVED,
        help="launch although this item is not met; needs --reason",
    )
    parser.add_argument("--reason", default="", help="kept in the audit log")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Print the checklist; open the draft.

    Raises:
        LaunchError: there is no draft, or something is left to do.
    """
    config, now = server_config(options), datetime.now(UTC)
    with open_database(config) as database, database.write() as db:
        draft = find_draft(db, options.study_id)
        if draft is None:
            raise LaunchError(
                f"study {options.study_id!r} has no draft; "
                "`study-server create --draft` makes one"
            )
        ground = ground_for(
            db,
            draft,
            data_dir=config.data_dir,
            bundles_dir=config.bundles_dir,
            backups_dir=config.backups_dir,
            now=now,
        )
        for item in checklist(ground):
            print(f"{'done ' if item.is_met else 'to do'}  {item.name}: {item.title}")
        left = launch(ground, waived=frozenset(options.without), reason=options.reason)
        note(
            db,
            "study.launch",
            actor=COMMAND_LINE,
            done_at=now,
            study_id=draft.study_id,
            details={
                "version": draft.version,
                "without": ", ".join(item.name for item in left),
                "reason": options.reason,
            },
        )
        print(f"Launched {draft.study_id}, version {draft.version}")
