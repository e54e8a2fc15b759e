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
    second_network_from,
)
from generator.commands.goal_arguments import add_goal_arguments, levels_from
from generator.commands.options import add_new_folder
from generator.commands.penalty_arguments import (
    add_penalty_arguments,
    penalty_changes,
)
from generator.config import AccentuationConfig
from generator.errors import ConfigError
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
    add_new_folder(parser)
    parser.add_argument(
        "--pool",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder of photographs that percentiles refer to; several are joined",
    )
    parser.add_argument(
        "--suppress", action="store_true", help="make the features respond less"
    )
    _add_trajectory_arguments(parser)
    _add_second_network_arguments(parser)
    parser.add_argument(
        "--preset",
        default="default",
        help="default, careful, faccent, horama, lucid or maco (default: default)",
    )
    add_network_arguments(parser)
    add_search_arguments(parser)
    add_penalty_arguments(parser)
    add_goal_arguments(parser)
    parser.set_defaults(run=run)


def _add_trajectory_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--trajectory",
        type=int,
        metavar="N",
        help="keep N pictures on the way from start to end, and write them as a strip",
    )
    parser.add_argument("--gif", action="store_true", help="and as an animated GIF")
    parser.add_argument(
        "--mp4", action="store_true", help="and as a film (needs the extra `video`)"
    )


def _add_second_network_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--second-network",
        metavar="NAME",
        help="another network to ask about every picture (logits of the same label)",
    )
    parser.add_argument(
        "--second-weights", type=Path, metavar="PATH", help="its weights file"
    )


def run(arguments: argparse.Namespace) -> int:
    """Check everything, accentuate, print the table."""
    features = [parse_feature(text) for text in arguments.feature]
    for feature in features:
        _ = feature.rank  # refuses a malformed one
    config = _config(arguments)
    levels = levels_from(arguments)
    # Imported late: `--help` need not wait seconds for torch.
    from generator.images.request import ImageRequest
    from generator.images.run import make_images, prepare
    from generator.results.film import check_films_can_be_made
    from generator.results.result_folder import ResultFolder

    if arguments.mp4:
        check_films_can_be_made()
    folder = ResultFolder.create(arguments.out)
    network = network_from(arguments)
    request = ImageRequest(
        photographs=arguments.photographs,
        features=features,
        pool=arguments.pool,
        rng_seed=arguments.rng_seed,
        config=config,
        suppress=arguments.suppress,
        levels=levels,
        region=arguments.region,
        second_network=second_network_from(arguments),
        gif=arguments.gif,
        mp4=arguments.mp4,
    )
    prepared = prepare(network, request)
    # One search for each job; levels may need a second one, in the other direction.
    total = None if levels else len(prepared.jobs) * config.crops_per_job
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
    print_summary(
        outcome.rows, n_refused=len(outcome.refused), n_pool=prepared.pool.n_images
    )
    print(f"written to {arguments.out}")
    return 0 if outcome.rows else 1


def _config(arguments: argparse.Namespace) -> AccentuationConfig:
    """The settings given.

    Raises:
        ConfigError: one is out of range, or lacks another that it needs.
    """
    config = AccentuationConfig.preset(arguments.preset).with_changes(
        **search_changes(arguments),
        **penalty_changes(arguments),
        distance_budget=arguments.budget,
        trajectory_frames=arguments.trajectory,
    )
    if (arguments.gif or arguments.mp4) and not config.trajectory_frames:
        raise ConfigError("a film needs frames: add --trajectory N, e.g. 20")
    if arguments.second_weights and not arguments.second_network:
        raise ConfigError("--second-weights needs --second-network NAME")
    return config


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
    """How many reached their goal, rose, and came to the top of the pool."""
    if n_refused:
        print(f"no picture made, for the reasons above: {n_refused}")
    if n_pool:
        print(f"%: percentile among {n_pool} pool photographs")
    missed = sum(row["flag"] is not None for row in rows)
    if any(row["goal"] for row in rows):
        print(f"goal reached in {len(rows) - missed} of {len(rows)}")
        return
    gains = [row["activation_after"] - row["activation_before"] for row in rows]
    if any(row["suppress"] for row in rows):
        print(f"activation falls in {sum(g < 0 for g in gains)} of {len(rows)}")
        return
    print(f"activation rises in {sum(g > 0 for g in gains)} of {len(rows)}")
    if n_pool:
        top = sum(row["percentile_after"] >= 99 for row in rows)
        print(
            f"at or above the 99th percentile of {n_pool} pool photographs: "
            f"{top} of {len(rows)}"
        )
