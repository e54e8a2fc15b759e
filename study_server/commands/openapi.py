"""`study-server openapi`: the document of the participants' JSON API."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import add_command
from study_server.errors import ExportError
from study_server.participant.openapi import make_document

if TYPE_CHECKING:
    from study_server.commands.options import Commands

ANY_STUDY = "/s/STUDY_ID/"


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "openapi",
        run_command,
        purpose="Print the OpenAPI document of the participants' JSON API.",
        example="study-server openapi --out openapi.json",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.json", help="write it there instead"
    )


def run_command(options: argparse.Namespace) -> None:
    """Print or write the document."""
    document = make_document(ANY_STUDY, "Participants' API of the study server")
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
