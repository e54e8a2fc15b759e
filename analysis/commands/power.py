"""`study-analysis power`: what a planned study can tell apart, and what it costs."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.commands.arguments import Subparsers, add_command, add_rng_seed

if TYPE_CHECKING:
    from analysis.power.components import VarianceComponents

EXAMPLE = (
    "study-analysis power --participants 60 120 240 --features 40 80 --conditions 4"
)
NAMES = ("participant", "feature", "feature_condition", "participant_condition")


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "power",
        summary="precision and power for numbers of participants, features, trials",
        description="Smallest detectable difference, interval width and the share of "
        "the variance that is due to features, for every combination of sizes; with "
        "--simulate the primary fit is repeated on simulated studies.",
        example=EXAMPLE,
    )
    add_sizes(parser)
    parser.add_argument(
        "--trials", type=int, metavar="N", help="per person; default: every feature"
    )
    parser.add_argument(
        "--stratum-share",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="of the trials that lie in the contrast's stratum; default: %(default)s",
    )
    parser.add_argument(
        "--target", type=float, metavar="SHARE", help="difference to detect, 0 to 1"
    )
    parser.add_argument(
        "--simulate", type=int, default=0, metavar="RUNS", help="studies to simulate"
    )
    parser.add_argument(
        "--effect",
        type=float,
        default=0.522,
        metavar="LOG_ODDS",
        help="planted in simulated studies; default: %(default)s",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="folder for power.csv and power.svg"
    )
    add_components(parser)
    add_rng_seed(parser)
    parser.set_defaults(run=run)


def add_sizes(parser: argparse.ArgumentParser) -> None:
    """Numbers of participants, features and conditions."""
    for name, default in (("participants", [60, 120, 240]), ("features", [40, 80])):
        parser.add_argument(
            f"--{name}", type=int, nargs="+", default=default, metavar="N"
        )
    parser.add_argument("--conditions", type=int, default=4, metavar="K")


def add_components(parser: argparse.ArgumentParser) -> None:
    """Variance components, given or from a pilot."""
    parser.add_argument(
        "--from",
        dest="pilot",
        type=Path,
        metavar="RESULTS.json",
        help="take the variance components from the report of a pilot",
    )
    parser.add_argument("--base-accuracy", type=float, metavar="SHARE")
    for name in NAMES:
        option = f"--sd-{name.replace('_', '-')}"
        parser.add_argument(option, type=float, metavar="LOG_ODDS")


def run(options: argparse.Namespace) -> int:
    """Print the table; write it and its figure where asked."""
    # Loads pandas and scipy: too slow for `--help`.
    from analysis.power.components import StudyPlan
    from analysis.power.precision import cheapest_plan, plans_around, precision_table
    from analysis.power.printing import power_lines, simulated_lines, write_power

    components = chosen_components(options)
    base = StudyPlan(
        n_participants=options.participants[0],
        n_features=max(options.features),
        n_conditions=options.conditions,
        n_trials=options.trials,
        stratum_share=options.stratum_share,
    )
    plans = plans_around(base, options.participants, options.features)
    table = precision_table(plans, components)
    print("\n".join(power_lines(table, components)))
    if options.target is not None:
        plan = cheapest_plan(plans, components, target=options.target)
        print(f"cheapest plan for {100 * options.target:g} points: {plan or 'none'}")
    if options.simulate:
        lines = simulated_lines(
            plans,
            components,
            n_runs=options.simulate,
            rng_seed=options.rng_seed,
            effect=options.effect,
        )
        for line in lines:
            print(line, flush=True)
    if options.out:
        print(write_power(options.out, table))
    return 0


def chosen_components(options: argparse.Namespace) -> "VarianceComponents":
    """Those of the pilot or the defaults, with what was named in place of them."""
    from dataclasses import replace

    from analysis.power.components import VarianceComponents
    from analysis.power.pilot import read_pilot

    start = (
        read_pilot(options.pilot).components if options.pilot else VarianceComponents()
    )
    named = {name: getattr(options, f"sd_{name}") for name in NAMES}
    named["base_accuracy"] = options.base_accuracy
    return replace(start, **{k: v for k, v in named.items() if v is not None})
