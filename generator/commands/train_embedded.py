"""`accentuate train-embedded`: make the embedded network's weights anew."""

import argparse
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from tqdm import tqdm

from generator.commands.arguments import add_command

LIBRARIES = ("numpy", "pillow", "scikit-image", "torch")


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "train-embedded",
        summary="Train the embedded network on the photographs inside scikit-image.",
        example=(
            "accentuate train-embedded --out weights.safetensors\n"
            "  accentuate evaluate-embedded --weights weights.safetensors"
        ),
        details="The same settings give the same bytes on one machine. Each setting "
        "has as default what the weights in the package were made with.",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--steps", type=int, metavar="N", help="optimization steps")
    parser.add_argument(
        "--attack-radius",
        type=float,
        metavar="X",
        help="L2 norm of the harmful change that the network must withstand",
    )
    parser.add_argument(
        "--rng-seed", type=int, metavar="N", help="seed of everything random"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, write the weights and say where they are."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.demo.network import write_weights
    from generator.demo.regions import CLASSES
    from generator.demo.train import TrainingConfig, train

    names = ("steps", "attack_radius", "rng_seed")
    given = {name: getattr(arguments, name) for name in names}
    config = TrainingConfig(**{k: v for k, v in given.items() if v is not None})
    with tqdm(total=config.steps, unit="step", file=sys.stderr) as bar:

        def show(step: int, loss: float) -> None:
            bar.update(step - bar.n)
            bar.set_postfix(loss=f"{loss:.3f}", refresh=False)

        network = train(config, show)
    write_weights(
        arguments.out,
        network,
        labels=tuple(CLASSES),
        training={"config": config.as_dict(), "versions": versions()},
    )
    print(f"weights in {arguments.out}")
    return 0


def versions() -> dict[str, str]:
    """What the weights were made with."""
    libraries = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **libraries}
