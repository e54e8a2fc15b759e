"""`study-analysis compare`: two reports side by side."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.commands.arguments import Subparsers, add_command


def add_parser(commands: Subparsers) -> None:
    """Declare the command."""
    parser = add_command(
        commands,
        "compare",
        summary="put two studies, or a study and its replication, side by side",
        description="Compare the accuracies and contrasts of two reports. Each line "
        "has both values, their difference and its interval.",
        example="study-analysis compare report replication",
    )
    parser.add_argument("first", type=Path, metavar="A", help="folder of a report")
    parser.add_argument("second", type=Path, metavar="B", help="folder of another")
    parser.add_argument("--json", action="store_true", help="the rows as JSON")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the comparison."""
    from analysis.comparison import DIFFERENT_STUDIES, compare, only_in, read_results

    first, second = read_results(options.first), read_results(options.second)
    rows = compare(first, second)
    if options.json:
        print(json.dumps({"rows": rows, "about": DIFFERENT_STUDIES}, indent=1))
        return 0
    for row in rows:
        print(_line(row))
    for name, one, two in (("A", first, second), ("B", second, first)):
        if missing := only_in(one, two):
            print(f"Only in {name}: {', '.join(missing)}.")
    print(DIFFERENT_STUDIES)
    return 0


def _line(row: Mapping[str, Any]) -> str:
    from analysis.wording import (
        condition_label,
        contrast_label,
        number,
        p_value,
        points,
    )

    is_tau = row["quantity"].startswith("agreement")
    shown = number if is_tau else points
    unit, scale, digits = ("", 1, 2) if is_tau else (" points", 100, 1)
    name = (
        contrast_label(*row["contrast"])
        if row["contrast"]
        else condition_label(row["condition"])
    )
    if row["stratum"]:
        name += f", {row['stratum']}"
    values = " against ".join(
        f"{scale * row[which]['value']:.{digits}f}" for which in ("first", "second")
    )
    difference = f"{name}: {values}; {shown(row['difference'])}{unit}"
    if row["interval"] is None:
        return f"{difference}, no interval."
    ends = row["interval"]
    return (
        f"{difference} [{shown(ends['low'])}, {shown(ends['high'])}], "
        f"p {p_value(row['p'])}."
    )
