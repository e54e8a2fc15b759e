"""`study-analysis validate`: published numbers, computed anew."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.arguments import Subparsers, add_command, add_rng_seed
from analysis.errors import AnalysisError

if TYPE_CHECKING:
    from analysis.validation.run import Validation

STATUSES = {
    "passed": "Every published number of the files was met.",
    "missed": "A published number was missed.",
    "not_compared": "No published number was compared.",
    "nothing_published": "No published number of this source is known.",
    "contradicted": "Rows contradict each other.",
    "refused": "A file cannot be read; the note says which.",
}
"""How it ended -> a sentence about it."""


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "validate",
        summary="recompute the published numbers of a public data set",
        description="Read the CSV files of Borowski et al. 2021 or of IMI (Zimmermann "
        "et al. 2023) and print each number beside the published one. Ends with 1 "
        "where one is missed, none of the published ones could be compared, rows "
        "contradict each other, or a file cannot be read.",
        example="study-analysis validate borowski2021 data_from_human_experiments "
        "--json",
    )
    parser.add_argument("source", choices=("borowski2021", "imi2023"))
    parser.add_argument("folder", type=Path, metavar="DIR", help="with the CSV files")
    parser.add_argument(
        "--json",
        action="store_true",
        help="one entry per number, as a JSON list; the last one is the verdict",
    )
    add_rng_seed(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the numbers; 1 where one was missed."""
    from analysis.config import AnalysisConfig
    from analysis.validation.run import validate

    config = AnalysisConfig(rng_seed=options.rng_seed)
    try:
        validation = validate(options.source, options.folder, config)
    except AnalysisError as error:
        if options.json:
            print(json.dumps([_verdict("refused", None, [str(error)])], indent=1))
        raise
    print(as_json(validation) if options.json else as_text(validation))
    return 0 if validation.is_passed else 1


def as_json(validation: "Validation") -> str:
    """One entry per number, one per check, and the verdict, under `name`, `value`."""
    numbers = [entry.as_dict() for entry in validation.entries]
    checks = [
        {
            "name": f"check/{check.name}",
            "value": check.n_broken,
            "interval": None,
            "published": 0,
            "is_close": check.is_kept,
            "unit": "rows",
            "n_responses": check.n_rows,
            "is_binding": check.is_binding,
            "detail": check.promise,
        }
        for check in validation.checks
    ]
    verdict = _verdict(validation.status, len(validation.missed), validation.notes)
    return json.dumps([*numbers, *checks, verdict], indent=1, allow_nan=False)


def _verdict(
    status: str, n_missed: int | None, notes: Sequence[str]
) -> dict[str, object]:
    """The last entry: how it ended, and what was left out."""
    return {
        "name": "verdict",
        "value": n_missed,
        "interval": None,
        "published": None,
        "unit": "published numbers missed",
        "status": status,
        "notes": list(notes),
        "detail": STATUSES[status],
    }


def as_text(validation: "Validation") -> str:
    """Each number with its interval; published ones and misses are marked."""
    lines = []
    for entry in validation.entries:
        ends = ""
        if entry.interval is not None:
            i = entry.interval
            ends = f"  [{i.low:.4f}, {i.high:.4f}] {i.method}, {i.generalizes_to}"
        beside = "" if entry.p is None else f"  p = {entry.p:.4g}"
        beside += "" if entry.p_z is None else f" by t, {entry.p_z:.4g} by z"
        if entry.published is not None:
            verdict = "agrees" if entry.is_close else "MISSED"
            beside += f"  published {entry.published}: {verdict}"
        lines.append(f"{entry.name:70} {entry.value:12.6f}{ends}{beside}")
    for check in validation.checks:
        word = "BROKEN" if check.is_binding else "not as expected"
        verdict = "kept" if check.is_kept else f"{word}, first: {check.first_broken}"
        lines.append(
            f"check {check.name}: {check.promise} {check.n_broken} of {check.n_rows} "
            f"rows break it: {verdict}"
        )
    lines += validation.notes
    n_published = len(validation.compared)
    lines.append(
        f"{n_published - len(validation.missed)} of {n_published} published numbers "
        f"were met. {STATUSES[validation.status]}"
    )
    return "\n".join(lines)
