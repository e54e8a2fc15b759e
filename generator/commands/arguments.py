"""Arguments that several commands share. No torch."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from tqdm import tqdm

from generator.config import OptimizerName, ParameterizationName

if TYPE_CHECKING:
    from generator.networks import Network


def add_command(
    subparsers: Any, name: str, *, summary: str, example: str
) -> argparse.ArgumentParser:
    """A command's parser, with an example at the end of its help."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=summary[0].lower() + summary[1:].rstrip("."),
        description=summary,
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    return parser


def add_network_arguments(parser: argparse.ArgumentParser) -> None:
    """Which network, with which weights, where."""
    group = parser.add_argument_group("network")
    group.add_argument(
        "--network",
        default="embedded",
        metavar="NAME",
        help="embedded, or a torchvision classifier such as mobilenet_v2 "
        "(default: embedded)",
    )
    group.add_argument(
        "--weights", type=Path, metavar="PATH", help=".safetensors or .pth file"
    )
    group.add_argument(
        "--download-weights",
        action="store_true",
        help="let torchvision fetch its own weights when no file is given",
    )
    group.add_argument(
        "--device", default="cpu", help="cpu, cuda or cuda:N (default: cpu)"
    )


def network_from(arguments: argparse.Namespace) -> "Network":
    """Load the network that the arguments name."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.networks import load_network

    return load_network(
        arguments.network,
        weights=arguments.weights,
        allow_download=arguments.download_weights,
        device=arguments.device,
    )


def add_search_arguments(parser: argparse.ArgumentParser) -> None:
    """Settings that override the defaults of the search."""
    group = parser.add_argument_group("search (each has a default of its own)")
    group.add_argument("--steps", type=int, metavar="N")
    group.add_argument("--learning-rate", type=float, metavar="X")
    group.add_argument("--optimizer", choices=get_args(OptimizerName))
    group.add_argument("--parameterization", choices=get_args(ParameterizationName))
    group.add_argument("--draws", type=int, metavar="N", help="random crops per step")
    group.add_argument(
        "--crop-range",
        type=float,
        nargs=2,
        metavar=("LOW", "HIGH"),
        help="smallest and largest crop side, fraction of the canvas side",
    )
    group.add_argument(
        "--canvas", type=int, metavar="PX", help="side of the pictures, pixels"
    )
    group.add_argument(
        "--deterministic",
        action="store_const",
        const=True,
        help="the same bytes for each picture in whatever company it is made; slower",
    )
    group.add_argument(
        "--rng-seed", type=int, default=0, metavar="N", help="(default: 0)"
    )


def search_changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings given on the command line, None where none was."""
    crop_range = arguments.crop_range
    return {
        "steps": arguments.steps,
        "learning_rate": arguments.learning_rate,
        "optimizer": arguments.optimizer,
        "parameterization": arguments.parameterization,
        "draws_per_step": arguments.draws,
        "crop_range": tuple(crop_range) if crop_range else None,
        "canvas_px": arguments.canvas,
        "deterministic": arguments.deterministic,
    }


def advance(bar: "tqdm[Any]", n: int) -> None:
    """Move a progress bar by n."""
    bar.update(n)
