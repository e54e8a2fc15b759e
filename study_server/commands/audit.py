"""`study-server audit`: read the log of what researchers did, and check its chain."""

import argparse
import json
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import VerificationError
from study_server.services.audit_log import newest_entries, verify_log

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "audit",
        run_command,
        purpose="Show what researchers did (`show`), or recompute the hash chain of "
        "the log and fail where it is broken (`verify`).",
        example="study-server audit verify --data data",
    )
    parser.add_argument("action", choices=("show", "verify"))
    parser.add_argument("--newest", type=int, default=50, metavar="N")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Print entries as JSON lines, or what the check found.

    Raises:
        VerificationError: the log is not as it was written.
    """
    config = server_config(options)
    with open_database(config, may_upgrade=False) as database, database.read() as db:
        if options.action == "show":
            for each in reversed(newest_entries(db, limit=options.newest)):
                moment = each.done_at.isoformat(timespec="seconds")
                facts = [each.entry_index, moment, each.actor, each.action]
                facts += [each.study_id, json.loads(each.details)]
                print(json.dumps(facts, ensure_ascii=False))
            return
        found = verify_log(db)
    if found.fault:
        raise VerificationError(f"the audit log is broken: {found.fault}")
    print(f"Checked {found.n_entries} entries: all as written; digest {found.digest}")
