"""Pictures grown from noise, on their own and in diverse sets."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from generator.activations import network_view
from generator.capture import layer_activations
from generator.config import VisualizationConfig
from generator.errors import (
    ConfigError,
    GeneratorError,
    LayerNotFoundError,
    NotFiniteError,
)
from generator.features import FeatureId
from generator.goals.growth import Grown, grow
from generator.images.visualize_run import VisualizeRequest
from generator.networks import Network
from generator.penalties.set_similarity import gram_matrices, mean_cosine_with_others
from generator.visualization import FeatureVisualization, VisualizationJob, visualize
from tests.generator.sick_network import sick_network
from tests.generator.toy_network import toy_network

LINE = FeatureId(layer="logit", unit="line")
WAVE = FeatureId(layer="logit", unit="wave")
DIVERSE = VisualizationConfig(
    steps=40, canvas_px=20, diversity_weight=0.05, diversity_layer="conv1"
)


def jobs(*features: FeatureId, n_starts: int = 3) -> list[VisualizationJob]:
    return [
        VisualizationJob(feature=feature, rng_seed=seed)
        for feature in features
        for seed in range(n_starts)
    ]


def alikeness(network: Network, made: list[FeatureVisualization]) -> float:
    view = network_view(network, torch.stack([one.image for one in made]))
    with torch.no_grad():
        seen = layer_activations(network, view, ["conv1"])["conv1"]
    return float(mean_cosine_with_others(gram_matrices(seen)).mean())


def test_cosines_are_averaged_over_the_others_of_a_set() -> None:
    """(1, 0), (0, 1), (3, 3): cosines 0 and 1/√2."""
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [3.0, 3.0]])

    found = mean_cosine_with_others(vectors)

    assert found.tolist() == pytest.approx([0.5 / 2**0.5, 0.5 / 2**0.5, 1 / 2**0.5])
    assert mean_cosine_with_others(vectors[:1]).item() == 0


def test_a_gram_matrix_forgets_where_things_are() -> None:
    """Two channels at two places: (1, 2) and (0, 3)."""
    seen = torch.tensor([[[1.0, 2.0], [0.0, 3.0]]])

    assert gram_matrices(seen).tolist() == [[5.0, 6.0, 6.0, 9.0]]
    assert torch.equal(gram_matrices(seen), gram_matrices(seen.flip(-1)))


def test_a_diverse_set_is_less_alike_and_still_drives_its_feature() -> None:
    network = toy_network()

    apart = visualize(network, jobs(LINE), DIVERSE)
    each = visualize(network, jobs(LINE), DIVERSE.with_changes(diversity_weight=0.0))
    start = visualize(
        network, jobs(LINE), DIVERSE.with_changes(steps=1, learning_rate=1e-9)
    )

    assert alikeness(network, apart) < alikeness(network, each)
    for one, noise in zip(apart, start, strict=True):
        assert one.activation > noise.activation


def test_a_set_does_not_depend_on_other_sets() -> None:
    def images(*features: FeatureId) -> Tensor:
        made = visualize(toy_network(), jobs(*features), DIVERSE)
        return torch.stack([one.image for one in made if one.job.feature == LINE])

    assert torch.equal(images(LINE), images(WAVE, LINE))


def test_results_come_in_the_order_of_the_jobs() -> None:
    mixed = [job for pair in zip(jobs(LINE), jobs(WAVE), strict=True) for job in pair]

    made = visualize(toy_network(), mixed, DIVERSE.with_changes(steps=1))

    assert [one.job for one in made] == mixed


def test_a_feature_that_is_not_a_number_leaves_the_others_of_its_batch_alone() -> None:
    network = sick_network("line")
    told: dict[VisualizationJob, str] = {}
    config = VisualizationConfig(steps=4, canvas_px=20)
    wanted = jobs(LINE, WAVE, n_starts=2)

    def note(job: VisualizationJob, error: GeneratorError) -> None:
        told[job] = str(error)

    made = visualize(network, wanted, config, on_refused=note)

    assert [one.job for one in made] == jobs(WAVE, n_starts=2)
    assert list(told) == jobs(LINE, n_starts=2)
    assert "logit:line of the noise of rng_seed 0 has values" in told[wanted[0]]
    with pytest.raises(NotFiniteError, match="logit:line"):
        visualize(network, wanted, config)


def test_a_search_that_leaves_the_numbers_is_told_of_at_its_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    config = VisualizationConfig(steps=4, canvas_px=20)

    def break_first(*arguments: Any, **options: Any) -> Grown:
        found = grow(*arguments, **options)
        return replace(found, is_finite=[False, True])

    monkeypatch.setattr("generator.visualization.grow", break_first)

    (made,) = visualize(
        toy_network(),
        jobs(LINE, n_starts=2),
        config,
        on_refused=lambda _, error: told.append(str(error)),
    )

    assert made.job.rng_seed == 1
    assert "rng_seed 0 ended in values that are not numbers" in told[0]


def test_an_unknown_diversity_layer_is_refused() -> None:
    with pytest.raises(LayerNotFoundError, match="conv1"):
        visualize(
            toy_network(), jobs(LINE), DIVERSE.with_changes(diversity_layer="cnv1")
        )


def test_one_picture_is_no_set() -> None:
    with pytest.raises(ConfigError, match="at least 2 starts"):
        VisualizeRequest(
            features=[LINE],
            n_starts=1,
            spectrum=None,
            rng_seed=0,
            config=DIVERSE,
        )


@pytest.mark.parametrize("name", ["default", "lucid", "maco", "xplique_maco"])
def test_every_preset_runs(name: str) -> None:
    config = VisualizationConfig.preset(name).with_changes(
        steps=2, canvas_px=20, draws_per_step=2
    )

    (made,) = visualize(toy_network(), jobs(LINE, n_starts=1), config)

    assert torch.isfinite(made.image).all()


def test_an_unknown_preset_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ConfigError, match="default, lucid, maco, xplique_maco"):
        VisualizationConfig.preset("faccent")
