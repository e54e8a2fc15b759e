"""Maps are the same in any company, and leave the network alone."""

import pickle
import random

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from generator.attribution.maps import attribute, n_views
from generator.attribution.settings import METHODS, AttributionConfig
from generator.feature_text import parse_feature
from tests.generator.attribution.hand_made import SIDE_PX, as_network
from tests.generator.attribution.quick_maps import FEW, one
from tests.generator.toy_network import picture, toy_module, toy_network


def test_maps_of_a_picture_are_the_same_alone_and_beside_another() -> None:
    both = torch.stack([picture(rng_seed=1), picture(rng_seed=2)])
    dot = parse_feature("logit:dot")

    together = attribute(toy_network(), both, dot, METHODS, FEW)
    alone = attribute(toy_network(), both[1:], dot, METHODS, FEW)

    assert [made.method for made in together] == [*METHODS, *METHODS]
    for one_, other in zip(together[len(METHODS) :], alone, strict=True):
        assert torch.equal(one_.raw, other.raw)


def test_chance_comes_from_the_rng_seed_and_no_global_generator_moves() -> None:
    network = toy_network()
    before = global_generators()
    dot = parse_feature("logit:dot")
    other_seed = AttributionConfig(rise_masks=30, smooth_samples=6, rng_seed=1)

    def maps(config: AttributionConfig) -> list[Tensor]:
        found = attribute(network, picture()[None], dot, METHODS, config)
        return [made.raw for made in found]

    first, again, other = maps(FEW), maps(FEW), maps(other_seed)

    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    changed = {
        method
        for method, a, b in zip(METHODS, first, other, strict=True)
        if not torch.allclose(a, b, atol=1e-6)
    }
    assert changed == {"smooth_grad", "rise"}
    assert global_generators() == before


def global_generators() -> bytes:
    """State of each generator that libraries share."""
    of_numpy = np.random.get_state()  # noqa: NPY002 - to see that nobody uses it
    return pickle.dumps((torch.get_rng_state().tolist(), of_numpy, random.getstate()))


def test_the_network_is_left_as_it_was() -> None:
    module = toy_module()
    network = toy_network(module)
    module.train()
    module.conv1.weight.requires_grad_(False)
    calls = []
    module.conv2.register_forward_hook(lambda *_: calls.append(1))
    state = {name: value.clone() for name, value in module.state_dict().items()}

    attribute(network, picture()[None], parse_feature("conv2:3"), METHODS, FEW)

    assert all(part.training for part in module.modules())
    assert not module.conv1.weight.requires_grad
    assert module.conv2.weight.requires_grad
    assert module.conv2.weight.grad is None
    hooks = [len(part._forward_hooks) for part in module.modules()]
    assert sum(hooks) == 1
    assert not any(part._backward_hooks for part in module.modules())
    assert not any(part._forward_pre_hooks for part in module.modules())
    assert calls
    for name, value in module.state_dict().items():
        assert torch.equal(value, state[name])


def test_the_network_is_left_as_it_was_after_an_error() -> None:
    class Failing(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise RuntimeError("out of memory")

    module = nn.Sequential(nn.Flatten(), Failing()).train()
    network = as_network(module)
    module.train()

    with pytest.raises(RuntimeError, match="out of memory"):
        one(network, "gradient")

    assert all(part.training for part in module.modules())
    assert not any(part._forward_hooks for part in module.modules())


def test_progress_counts_every_picture_that_goes_through_the_network() -> None:
    seen: list[int] = []

    attribute(
        toy_network(),
        torch.stack([picture(), picture()]),
        parse_feature("logit:dot"),
        METHODS,
        FEW,
        on_progress=seen.append,
    )

    assert sum(seen) == 2 * n_views(METHODS, FEW, SIDE_PX)
