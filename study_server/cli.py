"""The command line `study-server`: arguments to one call, errors to one line."""

import argparse
import sys
from collections.abc import Sequence

from study_server.commands import (
    audit,
    backup,
    bonus,
    change_status,
    chaos,
    check,
    completion_codes,
    copy_database,
    create,
    dry_run,
    erase,
    export,
    free_slot,
    import_bundle,
    import_recovery,
    launch,
    links,
    loadtest,
    look,
    migrate,
    openapi,
    preview,
    reconcile,
    rehearse,
    researcher,
    restore,
    run,
    setup_link,
    show_status,
    simulate,
    verify,
    webhook,
)
from study_server.errors import StudyServerError

COMMANDS = (
    import_bundle,
    check,
    preview,
    create,
    rehearse,
    launch,
    researcher,
    setup_link,
    run,
    migrate,
    backup,
    restore,
    copy_database,
    show_status,
    change_status,
    links,
    free_slot,
    reconcile,
    completion_codes,
    webhook,
    look,
    bonus,
    erase,
    simulate,
    dry_run,
    export,
    verify,
    audit,
    import_recovery,
    openapi,
    loadtest,
    chaos,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = make_parser().parse_args(arguments)
    try:
        options.run_command(options)
    except StudyServerError as error:
        print(f"study-server: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="study-server", description="Run a study of feature explanations."
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in COMMANDS:
        module.add_parser(commands)
    return parser
