"""`study-analysis error-rates`: how often the tests err, on simulated studies."""

import argparse
import json
import sys
from pathlib import Path

from analysis.commands.arguments import Subparsers, add_command, add_rng_seed
from analysis.commands.power import add_components, chosen_components

EXAMPLE = (
    "study-analysis error-rates --participants 150 --features 40 --runs 400 "
    "--base-accuracy 0.7685"
)


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "error-rates",
        summary="false positives, power and coverage over simulated studies",
        description="Draw studies from new people and new features and count how "
        "often each test of the first contrast rejects, and how often each interval "
        "holds the population value.",
        example=EXAMPLE,
    )
    parser.add_argument("--participants", type=int, default=150, metavar="P")
    parser.add_argument("--features", type=int, default=40, metavar="F")
    parser.add_argument("--conditions", type=int, default=4, metavar="K")
    parser.add_argument("--runs", type=int, default=400, metavar="N")
    parser.add_argument(
        "--effect",
        type=float,
        default=0.0,
        metavar="LOG_ODDS",
        help="0 counts false positives, else power; default: %(default)s",
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE.jsonl", help="each run, as it is finished"
    )
    add_components(parser)
    add_rng_seed(parser)
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Simulate, showing progress, and print the rates."""
    # Loads pandas and scipy: too slow for `--help`.
    from tqdm import tqdm

    from analysis.power.components import StudyPlan
    from analysis.power.error_rates import run_many, summarize

    plan = StudyPlan(
        n_participants=options.participants,
        n_features=options.features,
        n_conditions=options.conditions,
    )
    runs = run_many(
        plan,
        chosen_components(options),
        n_runs=options.runs,
        rng_seed=options.rng_seed,
        effect=options.effect,
    )
    found = []
    for one in tqdm(runs, total=options.runs, disable=not sys.stderr.isatty()):
        found.append(one)
        if options.out:
            with options.out.open("a", encoding="utf-8") as file:
                file.write(json.dumps(one) + "\n")
    for row in summarize(found).to_dict("records"):
        naive = " (naive)" if row["is_naive"] else ""
        print(
            f"{row['kind']:9s} {row['method']:32s} {row['rate']:.3f} "
            f"± {row['standard_error']:.3f}{naive}"
        )
    return 0
