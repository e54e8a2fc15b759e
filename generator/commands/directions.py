"""`accentuate directions`: directions of a layer as features, made and shown."""

import argparse
from pathlib import Path
from typing import Any, Literal

from generator.commands.arguments import add_command, add_network_arguments
from generator.commands.directions_runs import (
    run_cav,
    run_class_means,
    run_components,
    run_import,
    run_random,
    run_show,
)
from generator.commands.options import add_number, add_rng_seed, add_shown_canvas


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "directions",
        summary="Make directions of a layer that can be targeted like its channels.",
        example="accentuate directions cav --help",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_cav(actions)
    _add_components(actions, "nmf", "Non-negative factors of activations.")
    _add_components(actions, "pca", "Principal components of activations.")
    _add_class_means(actions)
    _add_random(actions)
    _add_import(actions)
    _add_show(actions)


def _add_cav(actions: Any) -> None:
    parser = add_command(
        actions,
        "cav",
        summary="Directions that tell concepts from random photographs (TCAV).",
        example=(
            "accentuate directions cav --concept photos/stripes --concept photos/dots "
            "--random photos/anything --layer stage4 --out concepts.safetensors"
        ),
    )
    parser.add_argument(
        "--concept",
        type=Path,
        action="append",
        required=True,
        metavar="FOLDER",
        help="photographs of one concept, which is named after the folder; may be "
        "given several times",
    )
    parser.add_argument(
        "--random",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="any photographs; those of the concept are left out",
    )
    _add_cav_settings(parser)
    _add_fit_arguments(parser)
    parser.set_defaults(run=run_cav)


def _add_cav_settings(parser: argparse.ArgumentParser) -> None:
    """How many random sets, and what a direction must keep to pass."""
    add_number(parser, "--random-sets", default=20, metavar="N", help_="")
    parser.add_argument(
        "--random-set-size",
        type=int,
        metavar="N",
        help="photographs in each (default: as many as the concept has, at most half "
        "of the random ones)",
    )
    add_number(
        parser,
        "--min-accuracy",
        default=0.7,
        metavar="X",
        help_="least held-out accuracy",
    )
    add_number(
        parser,
        "--min-stability",
        default=0.8,
        metavar="X",
        help_="least mean cosine between random sets",
    )
    parser.add_argument(
        "--keep-weak",
        action="store_true",
        help="keep directions below these limits, marked as not passing",
    )


def _add_components(actions: Any, method: Literal["nmf", "pca"], summary: str) -> None:
    parser = add_command(
        actions,
        method,
        summary=summary,
        example=(
            f"accentuate directions {method} --photographs photos --layer stage4 "
            f"--rank 12 --feature stage4:17 --out {method}.safetensors"
        ),
    )
    parser.add_argument("--photographs", type=Path, required=True, metavar="FOLDER")
    add_number(parser, "--rank", default=10, metavar="N", help_="components")
    parser.add_argument(
        "--feature",
        metavar="LAYER:UNIT",
        help="take only the crops that drive this feature most",
    )
    add_number(parser, "--top", default=200, metavar="N", help_="that many")
    add_number(
        parser,
        "--crop",
        default=1.0,
        metavar="X",
        help_="side of a crop, fraction of the whole picture",
    )
    add_number(
        parser, "--max-rows", default=20_000, metavar="N", help_="most positions used"
    )
    parser.add_argument(
        "--prefix",
        metavar="TEXT",
        help=f"components are named TEXT_0, TEXT_1, … (default: {method})",
    )
    if method == "nmf":
        parser.add_argument(
            "--rectify", action="store_true", help="set negative activations to 0"
        )
    _add_fit_arguments(parser)
    parser.set_defaults(run=run_components, method=method, rectify=False)


def _add_class_means(actions: Any) -> None:
    parser = add_command(
        actions,
        "class-means",
        summary="The direction from the mean of class B to that of class A.",
        example=(
            "accentuate directions class-means --a photos/daisy --b photos/tulips "
            "--layer stage4 --out daisy.safetensors"
        ),
    )
    parser.add_argument("--a", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--b", type=Path, required=True, metavar="FOLDER")
    parser.add_argument(
        "--name", metavar="TEXT", help="of the direction (default: A_minus_B)"
    )
    _add_fit_arguments(parser)
    parser.set_defaults(run=run_class_means)


def _add_random(actions: Any) -> None:
    parser = add_command(
        actions,
        "random",
        summary="Random directions, as a control.",
        example="accentuate directions random --layer stage4 --n 9 --out r.safetensors",
    )
    parser.add_argument("--n", type=int, required=True, metavar="N")
    parser.add_argument(
        "--prefix",
        default="random",
        metavar="TEXT",
        help="they are named TEXT_0, TEXT_1, … (default: random)",
    )
    _add_made_arguments(parser)
    _add_rng_seed(parser)
    parser.set_defaults(run=run_random)


def _add_import(actions: Any) -> None:
    parser = add_command(
        actions,
        "import",
        summary="Directions made elsewhere, as an array.",
        example=(
            "accentuate directions import vectors.npy --names stripes,dots "
            "--layer stage4 --out mine.safetensors"
        ),
    )
    parser.add_argument(
        "array",
        type=Path,
        metavar="ARRAY.npy",
        help="(N, C), or (N, C, H, W) for spatial targets; any length",
    )
    parser.add_argument("--names", required=True, metavar="A,B,…")
    parser.add_argument(
        "--source", default="", metavar="TEXT", help="where they come from, recorded"
    )
    _add_made_arguments(parser)
    parser.set_defaults(run=run_import)


def _add_show(actions: Any) -> None:
    parser = add_command(
        actions,
        "show",
        summary="Print what a direction file holds.",
        example="accentuate directions show concepts.safetensors",
    )
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.set_defaults(run=run_show)


def _add_fit_arguments(parser: argparse.ArgumentParser) -> None:
    """Of the actions that look at photographs."""
    _add_made_arguments(parser)
    add_shown_canvas(parser)
    _add_rng_seed(parser)


def _add_rng_seed(parser: argparse.ArgumentParser) -> None:
    add_rng_seed(parser)


def _add_made_arguments(parser: argparse.ArgumentParser) -> None:
    """Of every action that makes a file."""
    parser.add_argument(
        "--layer",
        required=True,
        metavar="NAME",
        help="a name from `accentuate layers`, or logit",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE.safetensors")
    add_network_arguments(parser)
