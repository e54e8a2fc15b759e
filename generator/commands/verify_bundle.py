"""`accentuate verify-bundle`: is a bundle whole, unchanged and matched?"""

import argparse
from pathlib import Path
from typing import Any

from generator.bundle import Bundle, verify_bundle
from generator.commands.arguments import add_command
from generator.errors import ConfigError


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "verify-bundle",
        summary="Check the files of a stimulus bundle, and that its kinds are matched.",
        details="Hashes every picture again, holds the manifest against the rules of "
        "the format and its matching, and prints what each kind of picture reached. "
        "Exit code 1, with every fault named, if one fails.",
        example="accentuate verify-bundle bundles/demo-0123456789ab --recompute",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the bundle's folder")
    parser.add_argument(
        "--recompute",
        action="store_true",
        help="also ask the network again about every saved picture",
    )
    parser.add_argument(
        "--network",
        metavar="NAME",
        help="with --recompute: its name here, if not the manifest's",
    )
    parser.add_argument(
        "--weights", type=Path, metavar="PATH", help="with --recompute: weights file"
    )
    parser.add_argument(
        "--directions",
        type=Path,
        action="append",
        metavar="FILE",
        help="with --recompute: a direction file of the plan",
    )
    parser.add_argument(
        "--device", metavar="NAME", help="with --recompute: cpu, cuda or cuda:N"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check a bundle; returns the exit code."""
    names = ("network", "weights", "directions", "device")
    given = [f"--{name}" for name in names if getattr(arguments, name) is not None]
    if given and not arguments.recompute:
        raise ConfigError(f"{', '.join(given)} needs --recompute; add it")
    bundle = verify_bundle(arguments.folder)
    # Imported late: only what is checked needs to be loaded.
    from generator.bundles.summary import kinds_as_text

    n_features = len(bundle.manifest["features"])
    print(
        f"{bundle.bundle_id} is whole: {n_features} features, "
        f"{len(bundle.stimuli())} stimuli, {len(bundle.manifest['query_pairs'])} "
        "query pairs"
    )
    if arguments.recompute:
        print(f"{_recompute(bundle, arguments)} activations found again")
    print(kinds_as_text(bundle))
    print(accentuations_as_text(bundle))
    return 0


def _recompute(bundle: Bundle, arguments: argparse.Namespace) -> int:
    # Imported late: without --recompute there is no need of torch.
    from generator.bundles.recompute import check_activations
    from generator.directions.in_network import with_directions
    from generator.networks import load_network

    network = load_network(
        arguments.network or bundle.manifest["network"]["name"],
        weights=arguments.weights,
        device=arguments.device or "cpu",
    )
    equipped = with_directions(network, arguments.directions or [])
    return check_activations(bundle, equipped)


def accentuations_as_text(bundle: Bundle) -> str:
    """What the accentuations reached, in one line."""
    made = bundle.stimuli("accentuation")
    if not made:
        return "no accentuations"
    rises = sum(one["activation"] > one["activation_before"] for one in made)
    high = {
        limit: sum(one["activation_percentile"] >= limit for one in made)
        for limit in (95, 99)
    }
    return (
        f"accentuations: activation rises in {rises} of {len(made)}; at or above the "
        f"95th percentile of the pool {high[95]}, the 99th {high[99]}"
    )
