"""A bundle of which some pictures cannot be made names them and keeps the others."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from generator.bundles.plan_check import CheckedPlan
from generator.bundles.poisoned import PoisonedJobsError
from generator.photographs import from_picture
from tests.generator.bundles.test_run import CountSteps, make
from tests.generator.tiny_world import (
    PLAN,
    check_tiny_plan,
    make_network,
    write_photographs,
)


class ContrastOnly(nn.Module):
    """One logit: how far the contrast lies above a bound; else exactly 0."""

    def __init__(self, bound: float) -> None:
        super().__init__()
        self.look = nn.Conv2d(3, 3, 1)
        self.bound = bound

    def forward(self, pictures: Tensor) -> Tensor:
        contrast = self.look(pictures).square().mean((1, 2, 3))
        return torch.relu(contrast - self.bound)[:, None]


def test_pictures_that_cannot_be_made_are_named_and_the_others_kept(
    tmp_path: Path,
) -> None:
    write_photographs(tmp_path / "photographs")
    text = PLAN.replace('"logit:brick", "0:2"', '"logit:brick"')
    text = text.replace(
        'regularization_layers = ["0"]', 'regularization_layers = ["look"]'
    )
    module = ContrastOnly(bound=0.0)
    with torch.no_grad():
        module.look.weight.copy_(torch.eye(3)[:, :, None, None])
        assert module.look.bias is not None
        module.look.bias.zero_()
    checked = check_tiny_plan(tmp_path, text)
    network = replace(make_network(), module=module, labels=("brick",))
    # Most photographs respond, the gray noise of a visualization's start does not.
    module.bound = contrast_bound(checked, network.preprocessing.normalize)
    checked = replace(checked, network=network)
    counted = CountSteps()

    with pytest.raises(PoisonedJobsError) as caught:
        make(checked, tmp_path / "out")
    with pytest.raises(PoisonedJobsError):
        make(checked, tmp_path / "out", progress=counted)

    assert "feature visualization of logit:brick, rng_seed 5" in str(caught.value)
    assert "rng_seed 6" in str(caught.value)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [".work"]
    assert counted.reports["accentuations"] == 2  # taken from the work folder


def contrast_bound(checked: CheckedPlan, normalize: Any) -> float:
    """What seven of ten photographs exceed."""
    contrasts = []
    for photograph in checked.photographs:
        picture = Image.open(checked.folder / photograph.path)
        contrasts.append(float(normalize(from_picture(picture)).square().mean()))
    return float(np.quantile(contrasts, 0.3))
