"""`study-server completion-codes`: what Prolific is to do about each code."""

import argparse
import json
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import RecruitmentError
from study_server.recruitment.completion_codes import completion_codes
from study_server.recruitment.prolific_api import prolific_api
from study_server.recruitment.secret_store import SecretStore
from study_server.services.studies import definition_of, get_study

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "completion-codes",
        run_command,
        purpose="Show the codes of a study and what Prolific is to do about each, or "
        "set them on Prolific.",
        example="study-server completion-codes demo --set 6512c0ffee --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument(
        "--set",
        metavar="PROLIFIC_STUDY",
        help="id of the study on Prolific, a draft, that gets these codes in place of "
        "its own; needs the API token",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Print the codes; set them if asked to."""
    config = server_config(options)
    with open_database(config) as database, database.read() as db:
        definition = definition_of(get_study(db, options.study_id))
    if definition.recruitment.platform != "prolific":
        raise RecruitmentError(
            f"study {options.study_id!r} recruits from "
            f"{definition.recruitment.platform!r}; codes with actions are Prolific's"
        )
    codes = completion_codes(definition)
    if options.set is not None:
        api = prolific_api(SecretStore(config.data_dir))
        api.set_completion_codes(options.set, codes)
        api.close()
    if options.json:
        print(json.dumps(codes, indent=2))
        return
    for code in codes:
        actions = ", ".join(_words(each) for each in code["actions"])
        print(f"{code['code']:<16}{code['code_type']:<18}{code['actor']:<13}{actions}")
    if options.set is not None:
        print(f"Set on Prolific's study {options.set}.")


def _words(action: dict[str, object]) -> str:
    details = [f"{k}={v}" for k, v in action.items() if k != "action"]
    return " ".join([str(action["action"]), *details])
