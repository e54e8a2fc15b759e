"""The class that stands for something else altogether."""

from pathlib import Path

import torch

from generator.experiments.scene import Scene
from generator.experiments.unrelated import unrelated_logit
from generator.features import FeatureId
from tests.generator.experiments.little_world import (
    little_network,
    request_of,
    write_photographs,
)


def test_the_unrelated_class_is_the_least_alike_of_the_middle_ones(
    tmp_path: Path,
) -> None:
    network = little_network()
    request = request_of(write_photographs(tmp_path / "photographs", 1))
    scene = Scene.load(network, request)
    (seed,) = scene.seed_images
    with torch.no_grad():  # the biases rank the classes, the weights liken them
        network.module.get_parameter("6.bias").copy_(torch.arange(8, 0, -1))
        weight = network.module.get_parameter("6.weight")
        weight.fill_(1e-4)
        weight[4, ::2] = -1e-4  # orthogonal to all others

    chosen = unrelated_logit(scene, seed, [FeatureId("logit", "dot")])

    assert str(chosen) == "logit:ring"


def test_a_class_that_is_named_is_taken(tmp_path: Path) -> None:
    photographs = write_photographs(tmp_path / "photographs", 1)
    request = request_of(photographs, unrelated_label="Moss")
    scene = Scene.load(little_network(), request)

    chosen = unrelated_logit(scene, scene.seed_images[0], [])

    assert str(chosen) == "logit:Moss"
