"""Arguments that say what a search is held near to. No torch."""

import argparse
from pathlib import Path
from typing import Any, get_args

from generator.config import DistanceName, PenaltySide
from generator.errors import ConfigError


def add_penalty_arguments(parser: argparse.ArgumentParser) -> None:
    """Layers, distances, terms of the picture itself, and a region."""
    group = parser.add_argument_group("penalty (each has a default of its own)")
    group.add_argument(
        "--regularization-layer",
        action="append",
        default=[],
        metavar="NAME[*WEIGHT]",
        help="hold the picture near its seed image at this layer; may be given several "
        "times, e.g. layer2*0.7 layer3*0.3 (without weights: equal shares)",
    )
    group.add_argument(
        "--regularization-weight",
        type=float,
        metavar="X",
        help="pull of all terms together; 0: no penalty",
    )
    group.add_argument("--distance", choices=get_args(DistanceName))
    for name, what in (
        ("pixel", "mean squared difference of the pixels"),
        ("total-variation", "total variation"),
        ("spectrum", "difference of the log magnitude spectra"),
    ):
        group.add_argument(
            f"--{name}-weight", type=float, metavar="X", help=f"pull of the {what}"
        )
    group.add_argument(
        "--region",
        type=Path,
        metavar="MASK",
        help="picture of the photographs' size, white inside the region",
    )
    group.add_argument(
        "--penalty-side",
        choices=get_args(PenaltySide),
        help="which side of the region is held",
    )
    group.add_argument(
        "--edit-inside-only",
        action="store_true",
        help="leave pixels outside the region exactly as they are",
    )


def penalty_changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings given on the command line, None where none was.

    Raises:
        ConfigError: a weight is no number, or a region lacks its use or the reverse.
    """
    sided = arguments.penalty_side in {"inside", "outside"}
    uses_region = sided or arguments.edit_inside_only
    if uses_region and arguments.region is None:
        raise ConfigError(
            "--penalty-side inside or outside and --edit-inside-only need --region MASK"
        )
    if arguments.region is not None and not uses_region:
        raise ConfigError(
            "--region changes nothing by itself; add --penalty-side inside, "
            "--penalty-side outside or --edit-inside-only"
        )
    layers, weights = _layers(arguments.regularization_layer)
    return {
        "regularization_layers": layers or None,
        "layer_weights": weights or None,
        "regularization_weight": arguments.regularization_weight,
        "distance": arguments.distance,
        "pixel_weight": arguments.pixel_weight,
        "total_variation_weight": arguments.total_variation_weight,
        "spectrum_weight": arguments.spectrum_weight,
        "penalty_side": arguments.penalty_side,
        "edit_inside_only": arguments.edit_inside_only or None,
    }


def _layers(texts: list[str]) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """Names and weights; no weights where none is written."""
    names, weights = [], []
    for text in texts:
        name, star, weight = text.partition("*")
        try:
            weights.append(float(weight) if star else 1.0)
        except ValueError:
            raise ConfigError(
                "--regularization-layer is written NAME or NAME*WEIGHT, e.g. "
                f"layer2*0.5; got {text!r}"
            ) from None
        names.append(name.strip())
    has_weights = any("*" in text for text in texts)
    return tuple(names), tuple(weights) if has_weights else ()
