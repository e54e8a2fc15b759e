"""Defects of earlier implementations, each with the tests that keep it away.

The ids are those of our own list of defects read in public code. A defect is kept away
by a test beside the code it concerns, named here, or by a test below.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from generator.accentuation import accentuate
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.features import FeatureId
from tests.generator.toy_network import picture, toy_module, toy_network

FOLDER = Path(__file__).parent

KEPT_AWAY: dict[str, tuple[str, ...]] = {
    "F1": ("test_a_foreign_hook_and_a_weight_norm_still_work_after_a_run",),
    "F2": (
        "test_out_of_memory_goes_on_with_the_same_crops_in_smaller_passes",
        "test_other_errors_of_the_forward_pass_are_raised",
    ),
    "F3": ("test_a_job_gives_the_same_alone_and_in_any_batch",),
    "F4": (
        "test_the_balance_agrees_between_number_formats",
        "test_the_balance_agrees_between_rng_seeds",
    ),
    "F5": ("test_the_activation_rises_with_every_parameterization_and_crop_law",),
    "F6": (
        "test_a_checkerboard_of_single_pixels_shrinks_to_gray",
        "test_the_network_gets_its_own_range_or_the_one_given",
    ),
    "F7": ("test_the_opacity_map_of_a_uniform_objective_is_flat",),
    "F8": ("test_the_names_of_the_package_need_no_torch_before_they_are_used",),
    "F9": (
        "test_algebra_keeps_exact_weights_and_leaves_its_operands_alone",
        "test_every_expression_survives_being_written_and_read",
    ),
    "F10": ("test_sides_are_uniform_between_their_bounds",),
    "F11": (
        "test_the_same_job_gives_the_same_bytes_and_another_rng_seed_others",
        "test_chance_of_the_caller_neither_matters_nor_moves",
    ),
    "F12": ("test_own_hooks_go_and_foreign_hooks_stay_also_after_an_exception",),
    "F13": ("test_several_features_and_a_gray_picture_run_from_the_seed_image_itself",),
    "F14": ("test_a_neuron_is_read_at_its_own_row_and_column",),
    "F15": (
        "test_every_pixel_of_the_canvas_is_covered",
        "test_the_centre_of_a_crop_stays_where_it_was",
    ),
    "F16": ("test_an_image_comes_back_from_its_parameters",),
    "F17": ("test_one_image_alone_responds_as_it_does_in_a_batch",),
    "F18": ("test_maps_and_tokens_of_the_same_values_read_alike",),
    "F19": ("test_the_reported_activation_is_that_of_the_saved_picture",),
    "F20": ("test_batch_norm_statistics_do_not_drift_in_training_mode",),
    "F21": ("test_noise_at_the_network_does_not_depend_on_the_crop",),
    "F22": ("test_the_picture_is_the_optimized_pixels_and_its_views_are_other_files",),
}
"""By the defect's id, the names of tests."""

FEW = AccentuationConfig(steps=3, draws_per_step=2, balance_draws=4)
LINE = FeatureId("logit", "line")


def job(feature: FeatureId = LINE, *, gray: bool = False) -> AccentuationJob:
    seed = picture()
    if gray:
        seed = seed.mean(0, keepdim=True).expand(3, -1, -1).contiguous()
    return AccentuationJob(seed_image=seed, feature=feature, rng_seed=0)


@pytest.mark.parametrize("id_", [f"F{number}" for number in range(1, 23)])
def test_each_defect_has_its_tests(id_: str) -> None:
    written = "\n".join(path.read_text() for path in FOLDER.rglob("test_*.py"))
    known = set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))

    assert set(KEPT_AWAY[id_]) <= known


def test_a_foreign_hook_and_a_weight_norm_still_work_after_a_run() -> None:
    """F1: every hook of the user's network was cleared."""
    module = toy_module()
    nn.utils.parametrizations.weight_norm(module.conv1)
    calls: list[int] = []
    module.conv2.register_forward_hook(lambda *_: calls.append(1))
    image = torch.ones(1, 3, 16, 16)
    before = module(image)

    accentuate(toy_network(module), [job()], FEW)

    calls.clear()
    assert torch.equal(module(image), before)
    assert calls == [1]
    with torch.no_grad():
        for weight in module.conv1.parameters():
            weight.mul_(2)
    assert not torch.equal(module(image), before)


def test_the_names_of_the_package_need_no_torch_before_they_are_used() -> None:
    """F8: widgets and removed functions were imported at start."""
    check = (
        "import sys, generator, generator.cli; generator.cli.build_parser(); "
        "sys.exit('torch' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", check], check=False)

    assert done.returncode == 0


def test_several_features_and_a_gray_picture_run_from_the_seed_image_itself() -> None:
    """F13: one feature, RGB only, and an error where the first distance is zero."""
    features = [LINE, FeatureId("conv2", "3"), FeatureId("logit", "wave")]
    config = FEW.with_changes(balance_offset=0.0, distance_smoothing=0.0)

    made = accentuate(
        toy_network(), [job(feature, gray=True) for feature in features], config
    )

    assert len(made) == 3
    assert all(torch.isfinite(one.image).all() for one in made)


def test_batch_norm_statistics_do_not_drift_in_training_mode() -> None:
    """F20: training mode was the caller's affair."""
    norm = nn.BatchNorm2d(4)
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3), norm, nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    network = toy_network(module)
    module.train()
    assert norm.running_mean is not None
    before = norm.running_mean.clone()

    accentuate(network, [job(FeatureId("logit", "line"))], FEW)

    assert torch.equal(norm.running_mean, before)
    assert module.training
