"""`accentuate layers`: the layers of a network."""

import argparse
from typing import Any

from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "layers",
        summary="List a network's layers: name, kind, shape and stride.",
        example="accentuate layers --network mobilenet_v2 --weights mobilenet_v2.pth",
    )
    add_network_arguments(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each layer."""
    layers = network_from(arguments).layers
    widest = max(len(layer.name) for layer in layers)
    print(f"{'layer':{widest}}  {'kind':20}  {'shape':16}  layout  stride_px")
    for layer in layers:
        shape = " x ".join(map(str, layer.shape))
        stride = "" if layer.stride_px is None else f"{layer.stride_px:.3g}"
        print(
            f"{layer.name:{widest}}  {layer.kind:20}  {shape:16}  "
            f"{layer.layout:6}  {stride}"
        )
    return 0
