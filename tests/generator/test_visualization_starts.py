"""Visualizations from noise: their starts, their progress, what is refused."""

import pytest
import torch

from generator.config import ParameterizationName, VisualizationConfig
from generator.errors import ConfigError, NoGradientError
from generator.visualization import VisualizationJob, visualize
from tests.generator.toy_jobs import LINE, DeadLogit
from tests.generator.toy_network import toy_network


def test_progress_of_visualizations_ends_at_its_total() -> None:
    config = VisualizationConfig(steps=3, canvas_px=20)
    crops: list[int] = []

    visualize(
        toy_network(),
        [VisualizationJob(feature=LINE, rng_seed=seed) for seed in (0, 1)],
        config,
        on_crops=crops.append,
    )

    assert sum(crops) == 2 * config.crops_per_job


@pytest.mark.parametrize("name", ["fourier", "fourier_phase", "pixel"])
def test_visualizations_drive_their_feature_and_differ_by_start(
    name: ParameterizationName,
) -> None:
    network = toy_network()
    config = VisualizationConfig(steps=30, canvas_px=20, parameterization=name)
    jobs = [VisualizationJob(feature=LINE, rng_seed=seed) for seed in (0, 1)]

    one, two = visualize(network, jobs, config)
    (start,) = visualize(
        network, jobs[:1], config.with_changes(steps=1, learning_rate=1e-9)
    )

    assert one.image.shape == (3, 20, 20)
    assert min(one.activation, two.activation) > start.activation
    assert not torch.equal(one.image, two.image)


def test_a_visualization_of_a_dead_feature_is_refused() -> None:
    config = VisualizationConfig(steps=2, canvas_px=20)

    with pytest.raises(NoGradientError, match="another rng_seed"):
        visualize(
            toy_network(DeadLogit()),
            [VisualizationJob(feature=LINE, rng_seed=0)],
            config,
        )


def test_a_spectrum_of_another_size_is_refused() -> None:
    config = VisualizationConfig(steps=2, canvas_px=20)

    with pytest.raises(ConfigError, match="natural_magnitude"):
        visualize(
            toy_network(),
            [VisualizationJob(feature=LINE, rng_seed=0)],
            config,
            natural_magnitude=torch.ones(3, 8, 5),
        )
