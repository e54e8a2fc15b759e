"""`accentuate evaluate-embedded`: accuracy on regions kept from training."""

import argparse
from pathlib import Path
from typing import Any

from generator.commands.arguments import add_command


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "evaluate-embedded",
        summary="Measure the embedded network on regions kept from its training.",
        example="accentuate evaluate-embedded",
    )
    parser.add_argument(
        "--weights",
        type=Path,
        metavar="FILE",
        help="default: the weights that come with the package",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line per class and the total."""
    # Imported late: `--help` need not wait seconds for torch.
    from generator.demo.evaluate import held_out_accuracy, overall_accuracy
    from generator.demo.network import WEIGHTS_FILE, load_embedded_network

    loaded = load_embedded_network(arguments.weights or WEIGHTS_FILE)
    classes = held_out_accuracy(loaded.module, loaded.labels)
    print(f"{'class':<12} {'crops':>5} {'right':>5} {'accuracy':>8}  taken for")
    for each in classes:
        print(
            f"{each.label:<12} {each.n_crops:>5} {each.n_correct:>5} "
            f"{each.accuracy:>8.3f}  {each.most_often_taken_for or ''}".rstrip()
        )
    n_crops = sum(each.n_crops for each in classes)
    n_correct = sum(each.n_correct for each in classes)
    print(f"{'all':<12} {n_crops:>5} {n_correct:>5} {overall_accuracy(classes):>8.3f}")
    print(f"weights SHA-256 {loaded.weights_sha256}")
    return 0
