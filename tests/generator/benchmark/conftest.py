"""What every timed run is asked for in these tests."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from generator.benchmark.setting import BenchmarkSetting


@pytest.fixture(scope="session")
def setting(tmp_path_factory: pytest.TempPathFactory) -> BenchmarkSetting:
    levels = np.random.default_rng(0).integers(0, 256, (240, 256, 3), dtype=np.uint8)
    photograph = tmp_path_factory.mktemp("photographs") / "noise.png"
    Image.fromarray(levels).save(photograph)
    return BenchmarkSetting(
        photograph=photograph,
        network="squeezenet1_1",
        regularization_layer="features.3",
        regularization_weight=0.5,
        canvas_px=224,
        draws_per_step=2,
        steps=3,
        logit=7,
    )


@pytest.fixture(scope="session")
def quick(setting: BenchmarkSetting) -> BenchmarkSetting:
    """The same of the embedded network, which the peers do not know: small and fast."""
    return replace(
        setting, network="embedded", regularization_layer="stage2", canvas_px=64
    )
