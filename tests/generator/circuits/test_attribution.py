"""Gradients inside the network, and attributions made of them."""

from collections import OrderedDict

import numpy as np
import torch
from torch import Tensor, nn

from generator.activations import network_view
from generator.circuits.attribution import (
    attributions,
    channel_sums,
    completeness_errors,
)
from generator.circuits.checks import check_completeness
from generator.features import FeatureId
from tests.generator.circuits.two_paths import (
    BLUE,
    GREEN,
    RED,
    UNIT,
    colored,
    two_path_network,
)
from tests.generator.toy_network import INPUT_PX, toy_network

DOT = FeatureId("logit", "dot")


class InPlace(nn.Sequential):
    """An in-place module follows each layer, and one module is used twice."""

    def __init__(self) -> None:
        act = nn.ReLU(inplace=True)
        super().__init__(
            OrderedDict[str, nn.Module](
                conv1=nn.Conv2d(3, 6, 3, stride=2, bias=False),
                act=act,
                conv2=nn.Conv2d(6, 8, 3, bias=False),
                again=act,
                pool=nn.AdaptiveAvgPool2d(1),
                flat=nn.Flatten(),
                readout=nn.Linear(8, 4, bias=False),
            )
        )


class Branches(nn.Module):
    """One branch leads to the output, the other nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.used = nn.Conv2d(3, 4, 3)
        self.unused = nn.Conv2d(3, 5, 3)
        self.pool = nn.AdaptiveAvgPool2d(1)

    def forward(self, x: Tensor) -> Tensor:
        self.unused(x)
        return torch.as_tensor(self.pool(self.used(x))).flatten(1)


def drawn(module: nn.Module) -> nn.Module:
    rng = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in module.parameters():
            weight.copy_(torch.randn(weight.shape, generator=rng) * 0.4)
    return module


def inputs(n: int = 2) -> Tensor:
    rng = torch.Generator().manual_seed(2)
    return torch.rand(n, 3, INPUT_PX, INPUT_PX, generator=rng)


def test_attribution_is_activation_times_the_gradient_of_the_score() -> None:
    network = toy_network()
    view = network_view(network, inputs(1))
    rest = nn.Sequential(*list(network.module.children())[2:])
    first = nn.Sequential(*list(network.module.children())[:2])
    activation = first(view).detach().requires_grad_()
    rest(activation)[0, 0].backward()
    assert activation.grad is not None

    ((score, found),) = attributions(network, inputs(1), DOT, ["act1"])

    by_hand = (activation * activation.grad).detach().flatten(2)
    torch.testing.assert_close(found["act1"], by_hand)
    torch.testing.assert_close(score, rest(activation).detach()[:, 0])


def test_modules_that_work_in_place_change_nothing() -> None:
    names = ["conv1", "act@0", "conv2", "act@1"]
    in_place = toy_network(drawn(InPlace()))
    copying = toy_network(drawn(InPlace()))
    act = copying.module.get_submodule("act")
    assert isinstance(act, nn.ReLU)
    act.inplace = False

    one, other = (
        channel_sums(network, inputs(), DOT, names) for network in (in_place, copying)
    )

    for name in names:
        np.testing.assert_array_equal(one[name], other[name])
    assert one["conv1"].any()


def test_attributions_of_a_bias_free_network_add_up_to_the_activation() -> None:
    network = toy_network(drawn(InPlace()))

    errors = completeness_errors(
        network, inputs(4), DOT, ["conv1", "act@0", "conv2", "act@1"]
    )

    # The network's preprocessing shifts the input, which the layers do not see.
    assert max(float(np.nanmax(found)) for found in errors.values()) < 1e-4
    assert check_completeness().holds


def test_a_bias_takes_a_share_that_no_channel_has() -> None:
    errors = completeness_errors(toy_network(), inputs(4), DOT, ["act1"])

    assert errors["act1"].min() > 1e-3


def test_attribution_grows_with_the_feature() -> None:
    network, doubled = toy_network(), toy_network()
    readout = doubled.module.get_submodule("readout")
    with torch.no_grad():
        for weight in readout.parameters():
            weight.mul_(2)

    plain = channel_sums(network, inputs(), DOT, ["act1"])["act1"]
    twice = channel_sums(doubled, inputs(), DOT, ["act1"])["act1"]

    np.testing.assert_allclose(twice, 2 * plain, rtol=1e-6)


def test_a_branch_that_leads_nowhere_has_no_attribution() -> None:
    network = toy_network(drawn(Branches()))

    sums = channel_sums(network, inputs(), DOT, ["used", "unused"])

    assert not sums["unused"].any()
    assert sums["used"][:, 0].all()
    assert not sums["used"][:, 1:].any()  # its own layer: one channel, always


def test_batches_do_not_matter() -> None:
    many = inputs(11)

    together = channel_sums(toy_network(), many, DOT, ["act1"])["act1"]
    alone = [
        channel_sums(toy_network(), one[None], DOT, ["act1"])["act1"][0] for one in many
    ]

    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-7)


def test_a_colored_picture_is_attributed_to_its_own_path() -> None:
    network = two_path_network()

    for color in (RED, GREEN, BLUE):
        sums = channel_sums(network, colored(color, 2), UNIT, ["act1"])["act1"]
        own = sums[:, 4 * color : 4 * color + 4]

        assert (own.sum(1) > 0.8 * sums.sum(1)).all()


def test_the_network_is_left_as_it_was() -> None:
    network = toy_network()
    network.module.train()
    told: list[int] = []
    handle = network.module.get_submodule("act1").register_forward_hook(
        lambda *_: told.append(1)
    )
    before = {k: v.clone() for k, v in network.module.state_dict().items()}

    list(attributions(network, inputs(), DOT, ["act1", "conv2"]))

    assert told  # a foreign hook still runs
    handle.remove()
    assert network.module.training
    assert all(w.requires_grad and w.grad is None for w in network.module.parameters())
    hooks = [len(part._forward_hooks) for part in network.module.modules()]
    assert not any(hooks)
    for name, value in network.module.state_dict().items():
        assert torch.equal(value, before[name])
