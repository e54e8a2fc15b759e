"""`study-server unblind`, `accuracy` and `story`: what the panel's pages tell."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.services.audit_log import COMMAND_LINE, note
from study_server.services.blinding import accuracy_by_condition, unblind
from study_server.services.story import tell_story
from study_server.services.studies import get_study

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the commands."""
    parser = add_command(
        commands,
        "unblind",
        run_unblind,
        purpose="Decide to look at accuracy before a study is closed; kept with its "
        "reason.",
        example="study-server unblind demo --reason 'safety' --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("--reason", required=True)
    add_data_options(parser)
    parser = add_command(
        commands,
        "accuracy",
        run_accuracy,
        purpose="Print how often each condition was right; refused while blind.",
        example="study-server accuracy demo --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    add_data_options(parser)
    parser = add_command(
        commands,
        "story",
        run_story,
        purpose="Print what happened in one session, and what is odd about it.",
        example="study-server story demo 1f3a5c7e --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("session", metavar="SESSION")
    add_data_options(parser)


def run_unblind(options: argparse.Namespace) -> None:
    """Keep the decision."""
    now = datetime.now(UTC)
    with open_database(server_config(options)) as database, database.write() as db:
        study = get_study(db, options.study_id)
        made = unblind(db, study, reason=options.reason, by=COMMAND_LINE, at=now)
        note(
            db,
            "study.unblind",
            actor=COMMAND_LINE,
            done_at=now,
            study_id=study.study_id,
            details={"reason": made.reason},
        )
    print(f"{options.study_id} is no longer blind")


def run_accuracy(options: argparse.Namespace) -> None:
    """One line per condition."""
    with open_database(server_config(options)) as database, database.read() as db:
        for row in accuracy_by_condition(db, get_study(db, options.study_id)):
            print(f"{row.condition}\t{row.n_responses}\t{row.share:.4f}")


def run_story(options: argparse.Namespace) -> None:
    """Moments, then flags and gaps."""
    with open_database(server_config(options)) as database, database.read() as db:
        story = tell_story(db, options.study_id, options.session)
    for moment in story.moments:
        print(f"{moment.at.isoformat(timespec='seconds')}\t{moment.what}")
    for flag in story.flags:
        print(f"flag\t{flag}")
    for gap in story.gaps:
        print(f"gap\t{gap.at.isoformat(timespec='seconds')}\t{gap.what}")
