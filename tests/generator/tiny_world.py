"""A tiny network, tiny photographs and plans on them, built on the spot."""

from pathlib import Path

import numpy as np
from PIL import Image
from torch import nn

from generator.bundles.plan import draft_plan
from generator.bundles.plan_check import CheckedPlan
from generator.networks import Network
from generator.photographs import list_photographs
from tests.generator.toy_network import drawn_network

CLASSES = ("brick", "grass", "sky", "fur", "stone")

PLAN = """
name = "tiny"
rng_seed = 5
features = ["logit:brick", "0:2"]
n_feature_visualizations = 2

[photographs]
folder = "photographs"
canvas_px = 32

[selection]
n_natural = 2
n_seed_images = 2
seed_percentiles = [50, 90]

[query_pairs]
near = 1
far = 1
within_class = 1
minimum_gap = 5
near_percentile = 60

[accentuation]
steps = 2
draws_per_step = 2
balance_draws = 2
regularization_layers = ["0"]

[visualization]
steps = 2
draws_per_step = 2

[attribution]
method = "rise"
rise_masks = 8
"""


def make_network() -> Network:
    """Two convolutions of 16-pixel pictures, random weights, one logit per class."""
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3, stride=2, padding=1),
        nn.SiLU(),
        nn.Conv2d(4, 6, 3, padding=1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, len(CLASSES)),
    )
    return drawn_network("tiny", module, labels=CLASSES, rng_seed=0)


def write_photographs(folder: Path, *, n_of_class: int = 12) -> Path:
    """Blocks of drawn colors, 40 x 36 pixels, in one sub-folder per class."""
    rng = np.random.default_rng(1)
    for label in CLASSES:
        (folder / label).mkdir(parents=True)
        tint = rng.integers(0, 150, size=3)
        for number in range(n_of_class):
            blocks = tint + rng.integers(0, 100, size=(9, 10, 3))
            pixels = blocks.astype(np.uint8).repeat(4, axis=0).repeat(4, axis=1)
            Image.fromarray(pixels).save(folder / label / f"{number:02}.png")
    return folder


def check_tiny_plan(folder: Path, text: str = PLAN) -> CheckedPlan:
    """A plan on the tiny network; the photographs lie in `folder / photographs`."""
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    photographs = folder / "photographs"
    return CheckedPlan(
        plan=draft_plan(path).finished().with_canvas(32),
        network=make_network(),
        folder=photographs,
        photographs=tuple(list_photographs(photographs)),
        canvas_px=32,
    )
