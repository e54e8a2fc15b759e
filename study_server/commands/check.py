"""`study-server check`: does a definition fit a bundle, and is its design sound."""

import argparse
import json
from typing import TYPE_CHECKING

from study_server.audit.report import AUDITED_PLANS, audit
from study_server.audit.wording import describe
from study_server.bundle import read_bundle
from study_server.commands.options import add_command, add_design_options
from study_server.design.definition import read_definition
from study_server.design.fit import check_fit
from study_server.errors import AuditError, StudyServerError

if TYPE_CHECKING:
    from study_server.commands.options import Commands


def add_parser(commands: "Commands") -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "check",
        run_command,
        purpose="Check a study definition against a bundle: balance, leakage, "
        "minutes, precision. Exits with 1 when it must not be launched.",
        example="study-server check study.toml bundles/demo-0123456789ab",
    )
    add_design_options(parser)
    parser.add_argument(
        "--participants",
        type=int,
        default=AUDITED_PLANS,
        metavar="N",
        help=f"simulated participants (default {AUDITED_PLANS})",
    )
    parser.add_argument(
        "--dropout",
        type=float,
        default=0.2,
        metavar="SHARE",
        help="share of them that does not finish (default 0.2)",
    )
    parser.add_argument("--json", action="store_true", help="print the audit as JSON")


def run_command(options: argparse.Namespace) -> None:
    """Print the audit; refuse with the faults."""
    if options.participants < 1:
        raise StudyServerError(
            f"--participants must be at least 1; got {options.participants}"
        )
    if not 0 <= options.dropout < 1:
        raise StudyServerError(
            f"--dropout must be a share from 0 to below 1; got {options.dropout}"
        )
    definition = read_definition(options.definition)
    bundle = read_bundle(options.bundle)
    check_fit(definition, bundle)
    report = audit(
        definition,
        bundle,
        n_participants=options.participants,
        dropout=options.dropout,
    )
    if options.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        print("\n".join(describe(report)))
    if report["refusals"]:
        raise AuditError(f"the study is refused: {len(report['refusals'])} reasons")
