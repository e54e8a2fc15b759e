"""Noise drawn by a device itself: the same law, and a stream of each job's own."""

import pytest
import torch

from generator.config import AccentuationConfig
from generator.search.noise import device_noise, noise_of
from generator.streams import JobStreams

CPU = torch.device("cpu")
SHAPE = (40, 3, 32, 32)


def test_device_noise_has_the_configured_spread() -> None:
    config = AccentuationConfig(noise_sd=0.1, noise_range=0.3)

    found = device_noise(5, SHAPE, config, device=CPU)

    assert found.mean().item() == pytest.approx(0, abs=0.002)
    variance = 0.1**2 + 0.3**2 / 12
    assert found.var().item() == pytest.approx(variance, rel=0.02)


def test_device_noise_is_the_same_for_the_same_key() -> None:
    config = AccentuationConfig()

    first = device_noise(5, SHAPE, config, device=CPU)

    assert torch.equal(first, device_noise(5, SHAPE, config, device=CPU))
    assert not torch.equal(first, device_noise(6, SHAPE, config, device=CPU))


def test_device_noise_leaves_the_global_generator_alone() -> None:
    before = torch.get_rng_state()

    device_noise(5, SHAPE, AccentuationConfig(), device=CPU)

    assert torch.equal(before, torch.get_rng_state())


def test_keys_differ_with_job_purpose_and_step() -> None:
    one = JobStreams(rng_seed=0, job_id="a")
    other = JobStreams(rng_seed=0, job_id="b")

    keys = {
        one.device_key("noise", 0),
        one.device_key("noise", 1),
        one.device_key("balance_noise", 0),
        other.device_key("noise", 0),
    }

    assert len(keys) == 4
    assert all(0 <= key < 2**63 for key in keys)


def test_a_silent_configuration_draws_none() -> None:
    config = AccentuationConfig(noise_sd=0.0, noise_range=0.0)
    streams = JobStreams(rng_seed=0, job_id="a")

    found = noise_of(streams, "noise", 0, SHAPE, config, like=torch.zeros(1))

    assert not found.any()
    assert not device_noise(5, SHAPE, config, device=CPU).any()
