"""The command `accentuate attribute`, quickly, and what it wrote."""

import csv
import json
from pathlib import Path
from typing import Any

from generator.cli import main

QUICK = ["--rise-masks", "20", "--smooth-samples", "3", "--integration-steps", "8"]
DISPLAY = "p5.sd0.56px.png"  # 4 / 512 of 72 pixels


def attribute(out: Path, *arguments: str | Path) -> int:
    return main(["attribute", *map(str, arguments), *QUICK, "--out", str(out)])


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "attributions.csv").open() as file:
        return list(csv.DictReader(file))


def record_of(out: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((out / "run.json").read_text())
    return record
