"""`accentuate figure`: the paper's experiments on one's own network and photographs."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    add_search_arguments,
    advance,
    network_from,
    search_changes,
)
from generator.commands.penalty_arguments import (
    add_penalty_arguments,
    penalty_changes,
)
from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.experiments.registry import EXPERIMENTS, find_experiment
from generator.experiments.request import FigureRequest
from generator.feature_text import parse_feature

if TYPE_CHECKING:
    from generator.experiments.studio import Studio

_EXAMPLE = """accentuate figure lambda-sweep --photograph beagle.jpg \\
      --network mobilenet_v2 --weights mobilenet_v2.pth --feature logit:tabby \\
      --pool photos/ --out sweep"""


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "figure",
        summary="Repeat an experiment of the paper on your network and photographs: "
        "contact sheet, table and record.",
        example=_EXAMPLE,
    )
    parser.add_argument(
        "name", nargs="?", metavar="NAME", help="which one; --list says what there is"
    )
    parser.add_argument(
        "--list", action="store_true", help="print every figure's name and one line"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="a new or empty folder")
    parser.add_argument(
        "--photograph",
        type=Path,
        action="append",
        default=[],
        metavar="PHOTO",
        help="file or folder to start from; may be given several times",
    )
    parser.add_argument(
        "--masks",
        action="store_true",
        help="also write and show opacity maps and masked pictures",
    )
    parser.add_argument(
        "--preset",
        default="default",
        help="default, careful, faccent, horama, lucid or maco (default: default)",
    )
    add_network_arguments(parser)
    _add_choices(parser)
    add_search_arguments(parser)
    add_penalty_arguments(parser)
    parser.add_argument(
        "--balance-draws",
        type=int,
        metavar="N",
        help="random crops that the penalty's balance is measured with",
    )
    parser.set_defaults(run=run)


def _add_choices(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group(
        "what is shown (each figure has a default and reads only some of these)"
    )
    group.add_argument(
        "--feature",
        action="append",
        default=[],
        metavar="F",
        help="LAYER:CHANNEL, logit:LABEL, logit:INDEX, logit:#N for the logit that "
        "ranks Nth on each photograph, or an expression; may be given several times",
    )
    group.add_argument(
        "--pool",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="folder of photographs for percentiles, and to choose from",
    )
    group.add_argument(
        "--values",
        nargs="+",
        default=[],
        metavar="V",
        help="what a sweep runs through: weights (lambda-sweep), layers or `all` "
        "(layer-sweep), LOW-HIGH sides (crop-sweep), percent fully opaque (masked), "
        "numbers of random layers or `all` (controls), the layer of the attribution "
        "vectors (polysemantic), the natural percentile of the level (circuits)",
    )
    group.add_argument(
        "--level", type=float, metavar="X", help="activation to compare pictures at"
    )
    group.add_argument("--true", metavar="LABEL", help="class a photograph shows")
    group.add_argument("--unrelated", metavar="LABEL", help="class it does not")
    group.add_argument("--clusters", type=int, metavar="N", help="groups to make")
    group.add_argument(
        "--top", type=int, metavar="N", help="top photographs of the unit to look at"
    )


def run(arguments: argparse.Namespace) -> int:
    """List the experiments, or check everything and make one."""
    if arguments.list:
        width = max(len(experiment.name) for experiment in EXPERIMENTS)
        for experiment in EXPERIMENTS:
            print(f"{experiment.name:{width}}  {experiment.summary}")
        return 0
    if arguments.name is None or arguments.out is None:
        missing = "--out DIR" if arguments.name else "a NAME"
        raise ConfigError(
            f"a figure needs {missing}; `accentuate figure --list` says which there "
            "are, `accentuate figure --help` shows an example"
        )
    experiment = find_experiment(arguments.name)
    request = _request(arguments)
    experiment.check(request)
    return _make(arguments, experiment.name, request)


def _request(arguments: argparse.Namespace) -> FigureRequest:
    if arguments.region is not None:
        raise ConfigError(
            "figures know no region; `accentuate image` takes --region for each call"
        )
    features = tuple(parse_feature(text) for text in arguments.feature)
    for feature in features:
        _ = feature.rank  # refuses a malformed one
    return FigureRequest(
        photographs=tuple(arguments.photograph),
        features=features,
        pool=tuple(arguments.pool),
        values=tuple(arguments.values),
        true_label=arguments.true,
        unrelated_label=arguments.unrelated,
        level=arguments.level,
        n_clusters=arguments.clusters,
        n_top=arguments.top,
        show_masks=arguments.masks,
        rng_seed=arguments.rng_seed,
        config=AccentuationConfig.preset(arguments.preset).with_changes(
            **search_changes(arguments),
            **penalty_changes(arguments),
            balance_draws=arguments.balance_draws,
        ),
    )


def _make(arguments: argparse.Namespace, name: str, request: FigureRequest) -> int:
    # Imported late: `--help` need not wait seconds for torch.
    from generator.experiments.run import prepare_figure

    studio = prepare_figure(name, network_from(arguments), request, out=arguments.out)
    with tqdm(total=studio.plan.n_crops, unit="crop", file=sys.stderr) as bar:
        studio.on_crops = lambda n: advance(bar, n)
        try:
            studio.run()
        finally:
            bar.close()
            _report(studio, arguments.out)
    return 0


def _report(studio: "Studio", out: Path) -> None:
    """What was made, what was not, and what came out."""
    made = [row for row in studio.rows if row["kind"] != "natural"]
    faults = [row for row in made if row["status"] != "made"]
    if studio.rows:
        print(f"{len(made) - len(faults)} pictures; contact sheet and table in {out}")
    for row in faults:
        print(f"  {row['status'].replace('_', ' ')}: {row['band']}, {row['label']}")
    for remark in studio.remarks:
        print(remark)
    if not studio.is_finished:
        n_written = len(studio.rows)
        print(f"not finished: {n_written} pictures are written, the table lists them")
