"""Arguments that say what a search shall reach, in place of a weight. No torch."""

import argparse

from generator.errors import ConfigError
from generator.goals.levels import Level


def add_goal_arguments(parser: argparse.ArgumentParser) -> None:
    """A distance budget, or levels of activation."""
    group = parser.add_argument_group("goal, in place of a weight")
    group.add_argument(
        "--budget",
        metavar="KIND=X",
        help="end this far from the seed image, within 5 percent: latent=X, "
        "latent_relative=0.3, pixel_rmse=0.05 or ssim=0.2 (1 minus SSIM)",
    )
    group.add_argument(
        "--level",
        action="append",
        default=[],
        metavar="KIND=X",
        help="a picture at this activation: value=12, percentile=99 or natural_max=1.5 "
        "of the pool; may be given several times, above and below the photograph's own",
    )


def levels_from(arguments: argparse.Namespace) -> tuple[Level, ...]:
    """The levels asked for.

    Raises:
        ConfigError: one is malformed, or something else is asked for that levels
            exclude.
    """
    levels = tuple(Level.parse(text) for text in arguments.level)
    if not levels:
        return levels
    if not arguments.pool:
        raise ConfigError(
            "--level is measured against natural photographs; add --pool FOLDER"
        )
    excluded = {
        "--budget": arguments.budget,
        "--suppress": arguments.suppress,
        "--trajectory": arguments.trajectory,
    }
    for name, given in excluded.items():
        if given:
            raise ConfigError(
                f"--level and {name} exclude each other: levels decide how far and in "
                f"which direction each search goes. Leave {name} out."
            )
    if len(set(levels)) < len(levels):
        raise ConfigError(f"--level names one twice: {', '.join(map(str, levels))}")
    return levels
