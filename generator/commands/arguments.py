"""Arguments that several commands share. No torch."""

import argparse
import math
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any, get_args

from tqdm import tqdm

from generator.commands.options import add_rng_seed
from generator.config import CropLaw, OptimizerName, ParameterizationName, Precision
from generator.errors import ConfigError

if TYPE_CHECKING:
    from generator.networks import Network, Preprocessing


EXIT_CODES = (
    "exit codes: 0 done, 1 refused with the reason, 2 unknown option, 130 interrupted"
)


def add_command(
    subparsers: Any, name: str, *, summary: str, example: str, details: str = ""
) -> argparse.ArgumentParser:
    """A command's parser, with an example and the exit codes at the end of its help.

    Args:
        summary: one sentence.
        details: what else there is to say of it.
    """
    parser: argparse.ArgumentParser = subparsers.add_parser(
        name,
        help=summary[0].lower() + summary[1:].rstrip("."),
        description=fill(f"{summary} {details}", width=79),
        epilog=f"example:\n  {example}\n\n{EXIT_CODES}",
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
        help="embedded; a torchvision classifier, e.g. mobilenet_v2; timm/NAME; or a "
        "function of your own, PACKAGE.MODULE:FUNCTION (default: embedded)",
    )
    group.add_argument(
        "--weights", type=Path, metavar="PATH", help=".safetensors or .pth file"
    )
    group.add_argument(
        "--download-weights",
        action="store_true",
        help="let the library fetch its own weights when no file is given",
    )
    group.add_argument(
        "--random-weights",
        type=int,
        metavar="RNG_SEED",
        help="untrained weights, as a control",
    )
    group.add_argument(
        "--input-px",
        type=int,
        metavar="PX",
        help="side the network sees, in place of its own; for modules of your own",
    )
    group.add_argument(
        "--mean", type=float, nargs=3, metavar=("R", "G", "B"), help="likewise"
    )
    group.add_argument(
        "--std", type=float, nargs=3, metavar=("R", "G", "B"), help="likewise"
    )
    group.add_argument(
        "--labels",
        type=Path,
        metavar="FILE",
        help="names of the logits, one per line, in place of the network's own",
    )
    group.add_argument(
        "--join",
        action="append",
        default=[],
        metavar="NAME[=WEIGHTS]",
        help="another network looked into beside it; features are then written "
        "NETWORK/LAYER:UNIT",
    )
    group.add_argument(
        "--directions",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="directions that features may name (`accentuate directions` makes them); "
        "several are joined",
    )
    group.add_argument(
        "--device", default="cpu", help="cpu, cuda or cuda:N (default: cpu)"
    )


def network_from(arguments: argparse.Namespace) -> "Network":
    """Load the network that the arguments name."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.directions.in_network import with_directions
    from generator.joined_networks import join_networks
    from generator.networks import load_network

    network = load_network(
        arguments.network,
        weights=arguments.weights,
        allow_download=arguments.download_weights,
        random_weights=arguments.random_weights,
        preprocessing=_preprocessing_from(arguments),
        labels=_labels_from(arguments),
        device=arguments.device,
    )
    others = [_joined_network(text, arguments) for text in arguments.join]
    joined = join_networks([network, *others]) if others else network
    return with_directions(joined, arguments.directions)


def _joined_network(text: str, arguments: argparse.Namespace) -> "Network":
    """Load `NAME` or `NAME=WEIGHTS`."""
    from generator.networks import load_network

    name, _, weights = text.partition("=")
    return load_network(
        name,
        weights=Path(weights) if weights else None,
        allow_download=arguments.download_weights,
        device=arguments.device,
    )


def second_network_from(arguments: argparse.Namespace) -> "Network | None":
    """The network that `--second-network` names; None where it is not given."""
    if arguments.second_network is None:
        return None
    # Imported late: `--help` need not wait seconds for torch.
    from generator.networks import load_network

    return load_network(
        arguments.second_network,
        weights=arguments.second_weights,
        allow_download=arguments.download_weights,
        device=arguments.device,
    )


def _preprocessing_from(arguments: argparse.Namespace) -> "Preprocessing | None":
    given = (arguments.input_px, arguments.mean, arguments.std)
    if all(setting is None for setting in given):
        return None
    if any(setting is None for setting in given):
        raise ConfigError(
            "--input-px, --mean and --std belong together; give all three"
        )
    is_finite = all(math.isfinite(x) for x in [*arguments.mean, *arguments.std])
    if arguments.input_px < 8 or min(arguments.std) <= 0 or not is_finite:
        raise ConfigError(
            "--input-px must be at least 8, every --std above 0 and all finite; "
            f"got {arguments.input_px}, {arguments.mean} and {arguments.std}"
        )
    # Imported late: `--help` need not wait seconds for torch.
    from generator.networks import Preprocessing

    return Preprocessing(
        input_px=arguments.input_px,
        resize_px=arguments.input_px,
        mean=tuple(arguments.mean),
        std=tuple(arguments.std),
    )


def _labels_from(arguments: argparse.Namespace) -> tuple[str, ...] | None:
    if arguments.labels is None:
        return None
    try:
        text = arguments.labels.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"--labels {arguments.labels}: {error}") from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def add_search_arguments(parser: argparse.ArgumentParser) -> None:
    """Settings that override the defaults of the search."""
    group = parser.add_argument_group("search (each has a default of its own)")
    group.add_argument("--steps", type=int, metavar="N")
    group.add_argument("--learning-rate", type=float, metavar="X")
    group.add_argument("--optimizer", choices=get_args(OptimizerName))
    group.add_argument("--parameterization", choices=get_args(ParameterizationName))
    group.add_argument("--draws", type=int, metavar="N", help="random crops per step")
    group.add_argument("--crop-law", choices=get_args(CropLaw))
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
        "--precision",
        choices=get_args(Precision),
        help="how the network computes while it is searched; a picture for which less "
        "than float32 will not do is searched in float32",
    )
    group.add_argument(
        "--memory-budget-mb",
        type=int,
        metavar="MIB",
        help="memory of an accelerator that a pass may take (default: 80%% of the "
        "free)",
    )
    group.add_argument(
        "--deterministic",
        action="store_const",
        const=True,
        help="the same bytes for each picture in whatever company it is made; slower",
    )
    add_rng_seed(group)


def search_changes(arguments: argparse.Namespace) -> dict[str, Any]:
    """The settings given on the command line, None where none was."""
    crop_range = arguments.crop_range
    return {
        "steps": arguments.steps,
        "learning_rate": arguments.learning_rate,
        "optimizer": arguments.optimizer,
        "parameterization": arguments.parameterization,
        "draws_per_step": arguments.draws,
        "crop_law": arguments.crop_law,
        "crop_range": tuple(crop_range) if crop_range else None,
        "canvas_px": arguments.canvas,
        "precision": arguments.precision,
        "memory_budget_mb": arguments.memory_budget_mb,
        "deterministic": arguments.deterministic,
    }


def advance(bar: "tqdm[Any]", n: int) -> None:
    """Move a progress bar by n."""
    bar.update(n)
