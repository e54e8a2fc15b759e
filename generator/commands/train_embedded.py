"""`accentuate train-embedded`: make the embedded network's weights anew."""

import argparse
import platform
import sys
from importlib import metadata
from pathlib import Path

from tqdm import tqdm

from generator.demo.network import write_weights
from generator.demo.regions import CLASSES
from generator.demo.train import TrainingConfig, train

EXAMPLE = """example:
  accentuate train-embedded --out weights.safetensors
  accentuate evaluate-embedded --weights weights.safetensors
"""
LIBRARIES = ("numpy", "pillow", "scikit-image", "torch")


def add_parser(
    subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
) -> None:
    """Add the command to the command line."""
    defaults = TrainingConfig()
    parser = subparsers.add_parser(
        "train-embedded",
        help="train the embedded network",
        description="Train the embedded network on the photographs that come inside "
        "scikit-image. The same settings give the same bytes on one machine.",
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--steps",
        type=int,
        default=defaults.steps,
        help="optimization steps (default %(default)s)",
    )
    parser.add_argument(
        "--attack-radius",
        type=float,
        default=defaults.attack_radius,
        help="L2 norm the network must withstand (default %(default)s)",
    )
    parser.add_argument(
        "--rng-seed",
        type=int,
        default=defaults.rng_seed,
        help="seed of everything random (default %(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Train, write the weights and say where they are."""
    config = TrainingConfig(
        steps=arguments.steps,
        attack_radius=arguments.attack_radius,
        rng_seed=arguments.rng_seed,
    )
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
