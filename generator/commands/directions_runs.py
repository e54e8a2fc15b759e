"""What each action of `accentuate directions` does: arguments → config → one call.

The modules that fit are imported late: `--help` need not wait seconds for torch.
"""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING

from generator.commands.arguments import network_from
from generator.commands.directions_table import as_table
from generator.commands.progress_bar import ProgressBar
from generator.directions.files import (
    check_destination,
    read_directions,
    write_directions,
)

if TYPE_CHECKING:
    from generator.directions.direction import DirectionFile
    from generator.networks import Network
    from generator.progress import Progress

    Fit = Callable[[Network, Progress], DirectionFile]


def run_cav(arguments: argparse.Namespace) -> int:
    """Fit a direction for each concept."""
    from generator.concepts.cav import CavConfig
    from generator.concepts.concept_folders import find_cavs

    config = CavConfig(
        layer=arguments.layer,
        n_random_sets=arguments.random_sets,
        random_set_size=arguments.random_set_size,
        min_accuracy=arguments.min_accuracy,
        min_stability=arguments.min_stability,
        keep_weak=arguments.keep_weak,
        canvas_px=arguments.canvas,
        rng_seed=arguments.rng_seed,
    )
    return _make(
        arguments,
        lambda network, progress: find_cavs(
            network, arguments.concept, arguments.random, config, progress=progress
        ),
    )


def run_components(arguments: argparse.Namespace) -> int:
    """Take the activations to photographs apart."""
    from generator.concepts.components import ComponentsConfig, find_components

    config = ComponentsConfig(
        layer=arguments.layer,
        method=arguments.method,
        rank=arguments.rank,
        prefix=arguments.prefix,
        rectify=arguments.rectify,
        feature=arguments.feature,
        n_top=arguments.top,
        crop_share=arguments.crop,
        max_rows=arguments.max_rows,
        canvas_px=arguments.canvas,
        rng_seed=arguments.rng_seed,
    )
    return _make(
        arguments,
        lambda network, progress: find_components(
            network, arguments.photographs, config, progress=progress
        ),
    )


def run_class_means(arguments: argparse.Namespace) -> int:
    """Subtract the mean of one class from that of another."""
    from generator.concepts.class_means import ClassMeansConfig, find_class_means

    config = ClassMeansConfig(
        layer=arguments.layer,
        name=arguments.name,
        canvas_px=arguments.canvas,
        rng_seed=arguments.rng_seed,
    )
    return _make(
        arguments,
        lambda network, progress: find_class_means(
            network, arguments.a, arguments.b, config, progress=progress
        ),
    )


def run_random(arguments: argparse.Namespace) -> int:
    """Draw directions."""
    from generator.concepts.random_directions import (
        RandomDirectionsConfig,
        draw_directions,
    )

    config = RandomDirectionsConfig(
        layer=arguments.layer,
        n=arguments.n,
        prefix=arguments.prefix,
        rng_seed=arguments.rng_seed,
    )
    return _make(arguments, lambda network, _progress: draw_directions(network, config))


def run_import(arguments: argparse.Namespace) -> int:
    """Take directions made elsewhere."""
    from generator.concepts.supplied import (
        SuppliedConfig,
        read_array,
        supplied_directions,
    )

    names = tuple(name.strip() for name in arguments.names.split(","))
    config = SuppliedConfig(layer=arguments.layer, names=names, source=arguments.source)
    vectors = read_array(arguments.array)
    return _make(
        arguments,
        lambda network, _progress: supplied_directions(network, vectors, config),
    )


def run_show(arguments: argparse.Namespace) -> int:
    """Print a file's table."""
    print(as_table(read_directions(arguments.file)))
    return 0


def _make(arguments: argparse.Namespace, fit: "Fit") -> int:
    """Fit, write, and say what came of it."""
    check_destination(arguments.out)
    network = network_from(arguments)
    with ProgressBar() as progress:
        file = fit(network, progress)
    write_directions(arguments.out, file)
    print(as_table(file))
    plural = "" if len(file.directions) == 1 else "s"
    print(f"\n{len(file.directions)} direction{plural}: {arguments.out}")
    return 0
