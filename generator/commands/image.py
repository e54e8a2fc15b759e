"""`accentuate image`: bring features out in photographs."""

import argparse
import sys
from pathlib import Path
from typing import Any

from tqdm import tqdm

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    add_search_arguments,
    advance,
    network_from,
    search_changes,
)
from generator.config import AccentuationConfig
from generator.feature_text import parse_feature

_COLUMNS = (
    ("photograph", 22, "s"),
    ("feature_id", 24, "s"),
    ("activation_before", 8, ".2f"),
    ("activation_after", 8, ".2f"),
    ("percentile_before", 8, ".1f"),
    ("percentile_after", 8, ".1f"),
    ("ssim", 6, ".3f"),
    ("latent_distance", 8, ".3f"),
)
_HEADINGS = (
    *("photograph", "feature", "before", "after"),
    *("% before", "% after", "SSIM", "distance"),
)


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "image",
        summary="Accentuate features in photographs; measure and save each result.",
        example=(
            "accentuate image photos/ --network mobilenet_v2 --weights mobilenet.pth "
            "\\\n    --feature logit:tabby --feature 'logit:#1' --pool photos/ "
            "--out made"
        ),
    )
    parser.add_argument(
        "photographs", nargs="+", type=Path, metavar="PHOTO", help="files or folders"
    )
    parser.add_argument(
        "--feature",
        action="append",
        required=True,
        metavar="F",
        help="LAYER:CHANNEL, logit:LABEL, logit:INDEX, or logit:#N for the logit that "
        "ranks Nth on each photograph; may be given several times",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a new or empty folder"
    )
    parser.add_argument(
        "--pool",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder of photographs that percentiles refer to; several are joined",
    )
    parser.add_argument(
        "--preset", default="default", help="default or faccent (default: default)"
    )
    add_network_arguments(parser)
    add_search_arguments(parser)
    group = parser.add_argument_group("penalty")
    group.add_argument("--regularization-layer", metavar="NAME")
    group.add_argument("--regularization-weight", type=float, metavar="X")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check everything, accentuate, print the table."""
    features = [parse_feature(text) for text in arguments.feature]
    for feature in features:
        _ = feature.rank  # refuses a malformed one
    config = AccentuationConfig.preset(arguments.preset).with_changes(
        **search_changes(arguments),
        regularization_layer=arguments.regularization_layer,
        regularization_weight=arguments.regularization_weight,
    )
    # Imported late: `--help` need not wait seconds for torch.
    from generator.image_run import ImageRequest, make_images, prepare
    from generator.result_folder import ResultFolder

    folder = ResultFolder.create(arguments.out)
    network = network_from(arguments)
    request = ImageRequest(
        photographs=arguments.photographs,
        features=features,
        pool=arguments.pool,
        rng_seed=arguments.rng_seed,
        config=config,
    )
    prepared = prepare(network, request)
    total = len(prepared.jobs) * config.crops_per_job
    with tqdm(total=total, desc="accentuating", unit="crop", file=sys.stderr) as bar:
        outcome = make_images(
            network,
            request,
            prepared,
            folder,
            on_crops=lambda n: advance(bar, n),
            on_refused=lambda message: bar.write(message, file=sys.stderr),
        )
    print_table(outcome.rows)
    print_summary(outcome.rows, n_refused=len(outcome.refused), n_pool=prepared.n_pool)
    print(f"written to {arguments.out}")
    return 0 if outcome.rows else 1


def print_table(rows: list[dict[str, Any]]) -> None:
    """One line for each accentuation."""
    widths = [width for _, width, _ in _COLUMNS]
    print("  ".join(f"{h:{w}}" for h, w in zip(_HEADINGS, widths, strict=True)))
    for row in rows:
        cells = (_cell(row[key], width, style) for key, width, style in _COLUMNS)
        print("  ".join(cells))


def _cell(value: Any, width: int, style: str) -> str:
    if value is None:
        return " " * width
    if style == "s":
        return f"{value[:width]:{width}}"
    return f"{value:{width}{style}}"


def print_summary(rows: list[dict[str, Any]], *, n_refused: int, n_pool: int) -> None:
    """How many rose, and how many reached the top of the pool."""
    rose = sum(row["activation_after"] > row["activation_before"] for row in rows)
    print(f"activation rises in {rose} of {len(rows)}")
    if n_pool:
        top = sum(row["percentile_after"] >= 99 for row in rows)
        print(
            f"at or above the 99th percentile of {n_pool} pool photographs: "
            f"{top} of {len(rows)}"
        )
    if n_refused:
        print(f"without a gradient, no picture made: {n_refused}")
