"""`study-server openapi`: the document of one of the two JSON APIs."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.api.openapi import make_document as researchers_document
from study_server.commands.options import add_command
from study_server.errors import ExportError
from study_server.participant.openapi import ANY_STUDY
from study_server.participant.openapi import make_document as participants_document

if TYPE_CHECKING:
    from study_server.commands.options import Commands

APIS = ("participants", "researchers")


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "openapi",
        run_command,
        purpose="Print the OpenAPI document of a JSON API: the participants', or the "
        "researchers'.",
        example="study-server openapi --out openapi.json",
    )
    parser.add_argument(
        "--api", choices=APIS, default=APIS[0], help="default: %(default)s"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.json", help="write it there instead"
    )


def run_command(options: argparse.Namespace) -> None:
    """Print or write the document."""
    if options.api == "researchers":
        document = researchers_document("/api")
    else:
        title = "Participants' API of the study server"
        document = participants_document(ANY_STUDY, title)
    text = json.dumps(document, indent=2, ensure_ascii=False)
    if options.out is None:
        print(text)
        return
    try:
        options.out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ExportError(
            f"cannot write {options.out}: {error.strerror}; name a folder that exists"
        ) from error
    print(f"Wrote {options.out}")
