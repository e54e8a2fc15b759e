"""`accentuate circuits`: do accentuations use the circuits that photographs use?"""

import argparse
import sys
from pathlib import Path
from typing import Any

from generator.circuits.config import CircuitConfig
from generator.commands.arguments import (
    add_command,
    add_network_arguments,
    network_from,
)
from generator.commands.options import add_new_folder, add_number, add_rng_seed
from generator.commands.progress_bar import ProgressBar
from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import ConfigError
from generator.feature_text import parse_feature
from generator.features import Feature
from generator.jobs import WorkFolder


def add_parser(subparsers: Any) -> None:
    """Add the command to those of `accentuate`."""
    parser = add_command(
        subparsers,
        "circuits",
        summary="Compare the circuits of accentuations with those of photographs.",
        example=(
            "accentuate circuits --network mobilenet_v2 --weights mobilenet_v2.pth \\\n"
            "    --feature logit:daisy --feature logit:tabby --photographs photos \\\n"
            "    --out circuits"
        ),
        details=(
            "By layer: which channels carry a feature's response to accentuations, "
            "feature visualizations, adversarial-style pictures and seed images at one "
            "activation, against photographs that drive the feature. The measure is "
            "checked first; where a check fails the result is called UNINFORMATIVE. "
            "Pictures made before an interruption are found again."
        ),
    )
    add_network_arguments(parser)
    _add_inputs(parser)
    _add_sets(parser)
    _add_searches(parser)
    parser.set_defaults(run=run)


def _add_inputs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--feature",
        action="append",
        default=[],
        metavar="F",
        help="LAYER:CHANNEL or logit:LABEL; at least two, 50 or more advised",
    )
    parser.add_argument(
        "--features-from",
        type=Path,
        metavar="FILE",
        help="text file with one feature on each line",
    )
    parser.add_argument(
        "--photographs",
        type=Path,
        required=True,
        metavar="DIR",
        help="natural images: exemplars, seed images and held-out ones",
    )
    parser.add_argument(
        "--layers",
        nargs="+",
        default=[],
        metavar="NAME",
        help="where circuits are compared (default: the last layer of each stage)",
    )
    add_new_folder(parser)
    parser.add_argument(
        "--work",
        type=Path,
        metavar="DIR",
        help="folder of finished pictures (default: beside --out, `.NAME.work`)",
    )


def _add_sets(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("photographs and comparisons")
    usual = CircuitConfig()
    for name, text in (
        ("n_natural", "strongest photographs that stand for a feature"),
        ("n_other", "photographs of other features, for the floor"),
        ("n_seed_images", "photographs that are accentuated"),
        ("n_visualizations", "noise starts of each feature and kind"),
        ("n_held_out", "photographs on which pruned networks are compared"),
        ("n_bootstrap", "resamples behind each interval"),
    ):
        value = getattr(usual, name)
        group.add_argument(
            f"--{name.replace('_', '-')}",
            type=int,
            default=value,
            metavar="N",
            help=f"{text} (default: {value})",
        )
    add_number(
        group,
        "--level-percentile",
        default=usual.level_percentile,
        metavar="P",
        help_="natural percentile of the activation at which pictures are compared",
    )
    group.add_argument(
        "--no-kernels", action="store_true", help="leave the weight variant out"
    )
    group.add_argument(
        "--no-figure", action="store_true", help="tables only; needs no matplotlib"
    )


def _add_searches(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("searches (each has a default of its own)")
    group.add_argument("--preset", default="default", help="of the accentuations")
    group.add_argument("--steps", type=int, metavar="N", help="of accentuations")
    group.add_argument("--visualization-steps", type=int, metavar="N")
    group.add_argument("--adversarial-steps", type=int, metavar="N")
    group.add_argument("--draws", type=int, metavar="N", help="random crops per step")
    group.add_argument("--balance-draws", type=int, metavar="N")
    group.add_argument(
        "--regularization-layer", action="append", default=[], metavar="NAME"
    )
    group.add_argument("--regularization-weight", type=float, metavar="X")
    group.add_argument(
        "--pictures-per-pass",
        type=int,
        metavar="N",
        help="crops that go through the network at once (more suits a GPU)",
    )
    group.add_argument("--canvas", type=int, metavar="PX", help="side of the pictures")
    add_rng_seed(group)


def run(arguments: argparse.Namespace) -> int:
    """Check everything, make the pictures, measure, print the summary."""
    features = features_from(arguments.feature, arguments.features_from)
    config = config_from(arguments)
    # Imported late: `--help` need not wait seconds for torch.
    from generator.circuits.figure import check_figures_installed
    from generator.circuits.preparing import prepare
    from generator.circuits.run import run_circuits
    from generator.circuits.saving import save_circuits
    from generator.results.result_folder import ResultFolder

    if not arguments.no_figure:
        check_figures_installed()
    out: Path = arguments.out
    folder = ResultFolder.create(out)
    work = WorkFolder(path=arguments.work or out.with_name(f".{out.name}.work"))
    network = network_from(arguments)
    try:
        with ProgressBar() as progress:
            prepared = prepare(
                network, features, arguments.photographs, config, progress=progress
            )
            result = run_circuits(prepared, work=work, progress=progress)
    except KeyboardInterrupt:
        print(
            "\ninterrupted; finished pictures are kept: give the same command to go on",
            file=sys.stderr,
        )
        return 130
    print(save_circuits(result, folder, with_figure=not arguments.no_figure))
    print(f"written to {out}")
    return 0


def features_from(texts: list[str], file: Path | None) -> list[Feature]:
    """Features of the command line and of a file; blank lines and # lines are skipped.

    Raises:
        ConfigError: none is given, one is malformed, or one is a rank.
    """
    if file is not None:
        if not file.is_file():
            raise ConfigError(f"no file of features at {file}")
        lines = (line.strip() for line in file.read_text("utf-8").splitlines())
        texts = texts + [line for line in lines if line and not line.startswith("#")]
    features = [parse_feature(text) for text in texts]
    for feature in features:
        if feature.rank is not None:
            raise ConfigError(
                f"{feature} is another logit for each photograph; name one logit"
            )
    if len(set(features)) < 2:
        raise ConfigError(
            "circuits are compared between features: give --feature at least twice, "
            f"or --features-from FILE; got {len(set(features))}"
        )
    return features


def config_from(arguments: argparse.Namespace) -> CircuitConfig:
    """The settings, each checked.

    Raises:
        ConfigError: one is out of range.
    """
    usual = CircuitConfig()
    shared = {
        "canvas_px": arguments.canvas,
        "pictures_per_pass": arguments.pictures_per_pass,
    }
    return CircuitConfig(
        n_natural=arguments.n_natural,
        n_other=arguments.n_other,
        n_seed_images=arguments.n_seed_images,
        n_visualizations=arguments.n_visualizations,
        n_held_out=arguments.n_held_out,
        n_bootstrap=arguments.n_bootstrap,
        level_percentile=arguments.level_percentile,
        layers=tuple(arguments.layers),
        kernel_fractions=() if arguments.no_kernels else usual.kernel_fractions,
        rng_seed=arguments.rng_seed,
        accentuation=AccentuationConfig.preset(arguments.preset).with_changes(
            steps=arguments.steps,
            draws_per_step=arguments.draws,
            balance_draws=arguments.balance_draws,
            regularization_layers=tuple(arguments.regularization_layer) or None,
            regularization_weight=arguments.regularization_weight,
            **shared,
        ),
        visualization=VisualizationConfig().with_changes(
            steps=arguments.visualization_steps,
            draws_per_step=arguments.draws,
            **shared,
        ),
        adversarial=usual.adversarial.with_changes(
            steps=arguments.adversarial_steps, **shared
        ),
    )
