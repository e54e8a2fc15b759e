"""`accentuate verify`: our own acceptance checks, on your network."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)
from generator.commands.options import add_rng_seed

if TYPE_CHECKING:
    from generator.verification.check import Check


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "verify",
        summary="Put what we promise to the test on your network.",
        example=(
            "accentuate verify --network mobilenet_v2 --weights mobilenet_v2.pth\n"
            "  accentuate verify --check gradient --check untouched --json"
        ),
    )
    parser.description = (
        "Gradients against finite differences, results alone and in company, the "
        "network untouched, and more: each check with its number and the bound it must "
        "keep. Exit code 1 if one does not hold."
    )
    parser.add_argument(
        "--photograph",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="what to look at; may be given several times (default: smooth noise)",
    )
    parser.add_argument(
        "--check",
        action="append",
        default=[],
        metavar="ID",
        help="a check or a family of them; may be given several times (default: all)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print one JSON object and nothing else"
    )
    add_rng_seed(parser)
    add_network_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the checks; returns 0 if all hold."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.network_record import describe_network
    from generator.provenance import describe_generator
    from generator.verification.registry import chosen_rules, run_checks
    from generator.verification.subject import subject_of

    rules = chosen_rules(arguments.check)
    network = network_from(arguments)
    subject = subject_of(
        network, photographs=arguments.photograph, rng_seed=arguments.rng_seed
    )
    stream = sys.stderr if arguments.json else sys.stdout
    widest = max(len(rule.id) for rule in rules)
    checks = run_checks(
        subject,
        rules,
        on_check=lambda check: print(as_line(check, widest), file=stream, flush=True),
    )
    n_failed = sum(not check.holds for check in checks)
    if arguments.json:
        record = {
            "checks": [check.as_json() for check in checks],
            "holds": n_failed == 0,
            "network": describe_network(network),
            "features": [str(subject.feature), str(subject.channel)],
            "regularization_layer": subject.regularization_layer,
            "photographs": [str(path) for path in arguments.photograph],
            "rng_seed": arguments.rng_seed,
            "generator": describe_generator(network.device),
        }
        print(json.dumps(record, indent=1, allow_nan=False))
    print(f"{len(checks) - n_failed} of {len(checks)} hold", file=stream)
    return 1 if n_failed else 0


def as_line(check: "Check", widest: int) -> str:
    """One check for people: what was found, the bound, and why it failed."""
    value = "-" if check.value is None else f"{check.value:.3g}"
    bound = f"<= {check.bound.high:g}"
    if check.bound.low is not None:
        bound = f"{check.bound.low:g} to {check.bound.high:g}"
    verdict = "holds" if check.holds else "FAILS"
    line = (
        f"{verdict}  {check.id:{widest}}  {value:>9}  {bound:12}  "
        f"{check.seconds:5.1f} s  {check.detail}"
    )
    return line if check.holds else f"{line}\n       {check.sentence}"
