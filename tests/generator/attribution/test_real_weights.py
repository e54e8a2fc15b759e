"""The maps on real weights and a real photograph."""

from pathlib import Path

import torch

from generator.attribution.maps import attribute
from generator.attribution.settings import AttributionConfig
from generator.features import FeatureId
from generator.networks import load_network
from generator.photographs import read_photograph, to_canvas


def test_integrated_gradients_add_up_and_maps_find_the_beagle(
    shared_data: Path,
) -> None:
    network = load_network(
        "squeezenet1_0", weights=shared_data / "weights/squeezenet1_0.safetensors"
    )
    photograph = read_photograph(shared_data / "images/beagle.jpg")
    canvas = to_canvas(photograph, network.preprocessing, 256)
    config = AttributionConfig(occlusion_stride_px=32)

    complete, cam, occlusion = attribute(
        network,
        canvas[None],
        FeatureId("logit", "beagle"),
        ["integrated_gradients", "grad_cam", "occlusion"],
        config,
    )

    assert complete.completeness_error is not None
    assert complete.completeness_error < 0.05
    for found in (cam, occlusion):
        row, column = divmod(int(torch.argmax(found.on_canvas)), 256)
        assert 20 < row < 140, "the head is in the upper half"
        assert 50 < column < 160
