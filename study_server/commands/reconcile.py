"""`study-server reconcile`: a platform's file against what is stored."""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from study_server.commands.options import (
    add_command,
    add_data_options,
    open_database,
    server_config,
)
from study_server.errors import RecruitmentError
from study_server.links import session_path
from study_server.recruitment.platform_csv import COLUMNS
from study_server.recruitment.prolific_api import prolific_api
from study_server.recruitment.prolific_rows import submission_rows
from study_server.recruitment.reconciliation import Finding, Verdict
from study_server.recruitment.secret_store import SecretStore
from study_server.services.reconciliation import reconcile_file, reconcile_rows

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "reconcile",
        run_command,
        purpose="Compare the platform's submissions, from its CSV or from Prolific "
        "itself, with what is stored.",
        example="study-server reconcile demo prolific_export.csv --data data",
    )
    parser.add_argument("study_id", metavar="STUDY_ID")
    parser.add_argument("file", type=Path, metavar="FILE.csv", nargs="?")
    parser.add_argument(
        "--prolific-study",
        metavar="ID",
        help="in place of a file: ask Prolific for this study's submissions; needs the "
        "API token",
    )
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help=f"what a column of the file is called; ours are {', '.join(COLUMNS)}",
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    add_data_options(parser)


def run_command(options: argparse.Namespace) -> None:
    """Print every row's verdict and what to do; change nothing."""
    config = server_config(options)
    if (options.file is None) == (options.prolific_study is None):
        raise RecruitmentError("give either FILE.csv or --prolific-study")
    key = config.pseudonym_key()
    with open_database(config) as database, database.read() as db:
        if options.file is None:
            api = prolific_api(SecretStore(config.data_dir))
            rows = submission_rows(api.submissions(options.prolific_study))
            findings = reconcile_rows(db, options.study_id, rows, key=key)
        else:
            named = dict(_pair(text) for text in options.column)
            content = _content(options.file)
            findings = reconcile_file(
                db, options.study_id, content, key=key, named=named
            )
    if options.json:
        print(json.dumps([_facts(f, options.study_id) for f in findings], indent=2))
        return
    counts = Counter(finding.verdict for finding in findings)
    for verdict in Verdict:
        print(f"{verdict.replace('_', ' '):<24}{counts[verdict]:>6}")
    for finding in findings:
        print("\n".join(_lines(finding, options.study_id)))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RecruitmentError(f"{path}: {error.strerror}") from error


def _lines(finding: Finding, study_id: str) -> list[str]:
    row, session = finding.row, finding.session
    place = f"line {row.line}" if row else "not in the file"
    who = f" {row.participant_id or row.submission_id}" if row else ""
    where = f" -> {session_path(study_id, session.session_id)}" if session else ""
    verdict = finding.verdict.replace("_", " ")
    return [f"{place}:{who} {verdict}{where}", f"    {finding.act}"]


def _facts(finding: Finding, study_id: str) -> dict[str, object]:
    row, session = finding.row, finding.session
    return {
        "verdict": finding.verdict,
        "line": row.line if row else None,
        "participant_id": row.participant_id if row else None,
        "submission_id": row.submission_id if row else None,
        "session_id": session.session_id if session else None,
        "link": session_path(study_id, session.session_id) if session else None,
        "act": finding.act,
    }


def _pair(text: str) -> tuple[str, str]:
    ours, _, theirs = text.partition("=")
    if ours not in COLUMNS or not theirs:
        raise RecruitmentError(
            f"--column {text!r}: write OURS=THEIRS, ours one of {', '.join(COLUMNS)}"
        )
    return ours, theirs
