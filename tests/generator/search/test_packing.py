"""How many jobs share a pass."""

from dataclasses import replace

import pytest

from generator.config import AccentuationConfig, SearchConfig
from generator.errors import ConfigError
from generator.networks import Network
from generator.search.packing import jobs_per_pass
from tests.generator.toy_network import toy_network

MIB = 2**20


def network_of(input_px: int) -> Network:
    toy = toy_network()
    sees = replace(toy.preprocessing, input_px=input_px, resize_px=input_px)
    return replace(toy, preprocessing=sees)


@pytest.mark.parametrize("draws", [1, 2, 4, 16])
def test_on_a_cpu_jobs_of_imagenet_size_take_passes_of_their_own(draws: int) -> None:
    """Then no job's rounding depends on its company."""
    assert jobs_per_pass(network_of(224), SearchConfig(draws_per_step=draws)) == 1


def test_small_inputs_share_a_pass_of_at_most_sixteen_crops() -> None:
    assert jobs_per_pass(network_of(112), SearchConfig(draws_per_step=4)) == 4
    assert jobs_per_pass(network_of(64), SearchConfig(draws_per_step=4)) == 4
    assert jobs_per_pass(network_of(16), SearchConfig(draws_per_step=16)) == 1


def test_what_is_asked_for_wins_and_deterministic_jobs_stay_alone() -> None:
    asked = SearchConfig(draws_per_step=4, pictures_per_pass=40)

    assert jobs_per_pass(network_of(224), asked) == 10
    assert jobs_per_pass(network_of(224), asked.with_changes(deterministic=True)) == 1


def fitting(budget_mb: int | None, *, of_crop: int = MIB, free: int = 0) -> int:
    config = AccentuationConfig(
        draws_per_step=16, canvas_px=64, memory_budget_mb=budget_mb
    )
    return jobs_per_pass(
        network_of(64),
        config,
        measure_pass=lambda _, n_crops: n_crops * of_crop,
        free_bytes=lambda: free,
    )


def test_an_accelerator_takes_the_power_of_two_that_fits_the_budget() -> None:
    # A job: 16 crops of 1 MiB, and 16 canvases of 3 · 64² floats (0.75 MiB).
    assert fitting(17) == 1
    assert fitting(2 * 17) == 2
    assert fitting(7 * 17) == 4
    assert fitting(8 * 17) == 8


def test_no_pass_has_more_than_256_crops() -> None:
    assert fitting(10**6) == 256 // 16


def test_without_a_budget_four_fifths_of_the_free_memory_are_taken() -> None:
    assert fitting(None, free=5 * 17 * MIB) == 4


def test_a_budget_too_small_for_one_job_is_refused_with_the_numbers() -> None:
    with pytest.raises(ConfigError, match=r"about 17 MiB .* leaves 10"):
        fitting(10)


def test_a_budget_of_nothing_is_refused() -> None:
    with pytest.raises(ConfigError, match="memory_budget_mb must be at least 1"):
        SearchConfig(memory_budget_mb=0)
