"""`accentuate verify-bundle`: is a bundle whole and unchanged?"""

import argparse
from pathlib import Path
from statistics import median
from typing import Any

from generator.bundle import Bundle, verify_bundle
from generator.commands.arguments import add_command


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "verify-bundle",
        summary="Check every file of a stimulus bundle.",
        example="accentuate verify-bundle bundles/demo-0123456789ab",
    )
    parser.description = (
        "Hash every picture of a bundle again, and hold the manifest against the rules "
        "of the format. Exit code 1, with every fault named, if one fails."
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="the bundle's folder")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check a bundle; returns the exit code."""
    bundle = verify_bundle(arguments.folder)
    n_features = len(bundle.manifest["features"])
    print(
        f"{bundle.bundle_id} is whole: {n_features} features, "
        f"{len(bundle.stimuli())} stimuli, {len(bundle.manifest['query_pairs'])} "
        "query pairs"
    )
    print(accentuations_as_text(bundle))
    return 0


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
        f"95th percentile of the pool {high[95]}, the 99th {high[99]}; median SSIM "
        f"to the seed image {median(one['ssim'] for one in made):.2f}"
    )
