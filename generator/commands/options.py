"""Single options that several commands have. No torch."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Protocol


class TakesOptions(Protocol):
    """A parser, or a group of its options."""

    @property
    def add_argument(self) -> Callable[..., argparse.Action]:
        """As argparse has it."""
        ...


def add_number(
    to: TakesOptions, name: str, *, default: float, metavar: str, help_: str
) -> None:
    """A number, whole where its default is; the help ends with that."""
    shown = f"{default:g}" if isinstance(default, float) else default
    to.add_argument(
        name,
        type=type(default),
        default=default,
        metavar=metavar,
        help=f"{help_} (default: {shown})".lstrip(),
    )


def add_rng_seed(to: TakesOptions) -> None:
    """`--rng-seed`."""
    add_number(to, "--rng-seed", default=0, metavar="N", help_="")


def add_shown_canvas(to: TakesOptions) -> None:
    """`--canvas`, of commands that show whole photographs to a network."""
    to.add_argument(
        "--canvas",
        type=int,
        metavar="PX",
        help="side of the pictures shown (default: 8/7 of what the network sees)",
    )


def add_new_folder(to: TakesOptions) -> None:
    """`--out`, of commands that write many files."""
    to.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="a new or empty folder"
    )
