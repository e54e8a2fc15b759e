"""Quick requests for accentuations, and the table they end in."""

import csv
from pathlib import Path
from typing import Any

from generator.config import AccentuationConfig
from generator.features import FeatureId
from generator.images.request import ImageRequest

FEW = ["--steps", "3", "--canvas", "72"]


def rows_of(out: Path) -> list[dict[str, str]]:
    with (out / "metrics.csv").open() as file:
        return list(csv.DictReader(file))


def request_for(*photographs: Path, **changes: Any) -> ImageRequest:
    config = AccentuationConfig(
        steps=2, canvas_px=72, balance_draws=8, pictures_per_pass=1
    )
    return ImageRequest(
        photographs=photographs,
        features=[FeatureId("logit", "brick")],
        pool=changes.pop("pool", []),
        rng_seed=changes.pop("rng_seed", 0),
        config=config.with_changes(**changes),
    )
