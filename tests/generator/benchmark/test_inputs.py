"""What every timed library is given, and how what it returns is measured."""

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from generator.benchmark.inputs import load_inputs, measure_picture, write_inputs
from generator.benchmark.setting import BenchmarkSetting
from generator.errors import LayerNotFoundError


def small_setting(folder: Path, *, layer: str | None) -> BenchmarkSetting:
    levels = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
    photograph = folder / "noise.png"
    Image.fromarray(levels).save(photograph)
    return BenchmarkSetting(
        photograph=photograph,
        network="shufflenet_v2_x0_5",
        regularization_layer=layer,
        canvas_px=32,
        logit=3,
    )


def test_files_hold_the_weights_and_the_pixels_that_are_measured(
    tmp_path: Path,
) -> None:
    inputs = load_inputs(small_setting(tmp_path, layer=None))

    files = write_inputs(inputs, tmp_path)

    state = torch.load(str(files["state"]), weights_only=True)
    wanted = inputs.network.module.state_dict()
    assert state.keys() == wanted.keys()
    assert all(torch.equal(state[key], wanted[key]) for key in wanted)
    pixels = torch.from_numpy(np.load(str(files["photograph_npy"])))
    assert torch.equal(pixels, inputs.seed_image)
    assert pixels.shape == (3, 32, 32)
    assert files["input_px"] == 224


def test_photograph_itself_has_no_distance_and_its_own_activation(
    tmp_path: Path,
) -> None:
    setting = small_setting(tmp_path, layer="conv1")
    inputs = load_inputs(setting)

    result = measure_picture(inputs, inputs.seed_image, setting)

    assert result.activation == result.activation_before
    assert result.latent_distance == 0
    assert result.ssim == pytest.approx(1)


def test_without_a_layer_no_distance_is_measured(tmp_path: Path) -> None:
    setting = small_setting(tmp_path, layer=None)
    inputs = load_inputs(setting)

    result = measure_picture(inputs, 1 - inputs.seed_image, setting)

    assert result.latent_distance is None
    assert result.ssim < 1


def test_untrained_network_still_tells_pictures_apart(tmp_path: Path) -> None:
    setting = small_setting(tmp_path, layer=None)
    inputs = load_inputs(setting)

    result = measure_picture(inputs, 1 - inputs.seed_image, setting)

    # With batch norms as constructed the signals of the two would agree to 1e-6.
    assert abs(result.activation - result.activation_before) > 1e-3
    assert not inputs.network.module.training


def test_unknown_layer_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(LayerNotFoundError, match="conv9"):
        load_inputs(small_setting(tmp_path, layer="conv9"))
