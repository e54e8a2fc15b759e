"""Looking into a network while it runs, and leaving it as it was."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

from generator.activations import feature_activations
from generator.capture import layer_activations, layer_gradients, undisturbed
from generator.errors import LayerNotFoundError, NetworkError
from generator.features import FeatureId
from tests.generator.toy_network import picture, toy_module, toy_network


def n_hooks(module: nn.Module) -> int:
    return sum(len(part._forward_hooks) for part in module.modules())


def test_activations_are_those_before_a_module_that_works_in_place() -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Flatten())
    image = torch.randn(1, 3, 8, 8, generator=torch.Generator().manual_seed(0))

    kept = layer_activations(toy_network(module), image, ["0", "logit"])["0"]

    assert torch.equal(kept, module[0](image))
    assert kept.min() < 0


def test_nothing_runs_after_the_deepest_layer_asked_for() -> None:
    module = toy_module()
    network = toy_network(module)
    assert network.layers
    ran: list[str] = []
    module.conv2.register_forward_hook(lambda *_: ran.append("conv2"))
    module.readout.register_forward_hook(lambda *_: ran.append("readout"))

    layer_activations(network, torch.zeros(1, 3, 16, 16), ["conv2"])

    assert ran == ["conv2"]


def test_own_hooks_go_and_foreign_hooks_stay_also_after_an_exception() -> None:
    module = toy_module()
    module.conv1.register_forward_hook(lambda *_: None)

    for _ in range(100):
        layer_activations(
            toy_network(module), torch.zeros(1, 3, 16, 16), ["conv1", "logit"]
        )
    with pytest.raises(RuntimeError):
        layer_activations(toy_network(module), torch.zeros(1, 5, 16, 16), ["act2"])

    assert n_hooks(module) == 1


def test_flags_and_gradients_are_put_back_also_after_an_exception() -> None:
    module = toy_module()
    module.act1.eval()
    module.conv2.weight.requires_grad_(False)

    def fail_inside() -> None:
        with undisturbed(module):
            assert not module.training
            assert not any(weight.requires_grad for weight in module.parameters())
            raise KeyError

    with pytest.raises(KeyError):
        fail_inside()

    assert module.training
    assert not module.act1.training
    assert module.conv1.weight.requires_grad
    assert not module.conv2.weight.requires_grad


def test_gradients_at_a_layer_survive_a_module_that_works_in_place() -> None:
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Conv2d(4, 2, 3), nn.Flatten()
    )
    network = toy_network(module)
    image = torch.randn(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))

    with undisturbed(module):
        found = layer_gradients(
            network,
            image,
            lambda seen: seen["2"].sum((1, 2, 3)),
            ["0"],
            score_layers=["2"],
        )["0"]

    leaf = module[0](image).detach().requires_grad_()
    (by_hand,) = torch.autograd.grad(module[2](leaf.relu()).sum(), leaf)
    assert torch.equal(found.activation, leaf)
    assert torch.allclose(found.gradient, by_hand, atol=1e-6)


class Odd(nn.Module):
    """A toy that passes its first layer's answer on through `through`."""

    def __init__(self, through: nn.Module) -> None:
        super().__init__()
        self.toy = toy_module()
        self.through = through

    def forward(self, images: Tensor) -> Tensor:
        first = self.through(self.toy.conv1(images))
        rest = first[7] if isinstance(first, dict) else first
        for part in list(self.toy)[1:]:
            rest = part(rest)
        answer: Tensor = rest
        return answer


class Counting(nn.Module):
    """Counts its calls, and replaces one of its buffers, in evaluation mode too."""

    calls: Tensor
    last: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))
        self.register_buffer("last", torch.zeros(()))

    def forward(self, seen: Tensor) -> Tensor:
        self.calls += 1
        self.last = self.last + 1
        return seen


class Numbered(nn.Module):
    def forward(self, seen: Tensor) -> dict[int, Tensor]:
        return {3: seen, 7: 2 * seen}


class Wayward(nn.Module):
    """Looks at blank pictures only."""

    def __init__(self) -> None:
        super().__init__()
        self.for_blanks = nn.Identity()

    def forward(self, seen: Tensor) -> Tensor:
        is_blank = bool((seen[0] == seen[-1]).all())
        return self.for_blanks(seen) if is_blank else seen


def test_buffers_are_put_back_where_a_module_changes_them() -> None:
    counting = Counting()
    network = toy_network(Odd(counting))
    buffers = [counting.calls, counting.last]

    feature_activations(network, picture()[None], [FeatureId("toy.conv2", "1")])

    assert counting.calls is buffers[0]
    assert counting.last is buffers[1]
    assert [float(counting.calls), float(counting.last)] == [0, 0]


def test_gradients_reach_a_layer_that_numbers_its_outputs() -> None:
    network = toy_network(Odd(Numbered()))

    def score(seen: Mapping[str, Tensor]) -> Tensor:
        return seen["logit"][:, 0]

    found = layer_gradients(
        network,
        picture(16, 16)[None],
        score,
        ["through[3]", "through[7]"],
        score_layers=["logit"],
    )

    assert found["through[3]"].gradient.abs().sum() == 0
    assert found["through[7]"].gradient.abs().sum() > 0


def test_a_layer_that_some_pictures_pass_by_is_an_error() -> None:
    network = toy_network(Odd(Wayward()))
    views = torch.stack([picture(16, 16), picture(16, 16, rng_seed=1)])

    with pytest.raises(LayerNotFoundError, match=r"do not pass through through\.for_b"):
        layer_activations(network, views, ["through.for_blanks"])


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-6), (torch.bfloat16, 0.05)]
)
def test_networks_of_any_number_format_see_the_same(
    dtype: torch.dtype, tolerance: float
) -> None:
    feature = [FeatureId("act2", "1"), FeatureId("logit", "2")]
    usual = feature_activations(toy_network(), picture()[None], feature)

    other = toy_network(toy_module().to(dtype))
    found = feature_activations(other, picture()[None], feature)

    assert found.tolist()[0] == pytest.approx(usual.tolist()[0], abs=tolerance)
    (seen,) = layer_activations(other, picture(16, 16)[None], ["act2"]).values()
    assert seen.dtype == (torch.float64 if dtype == torch.float64 else torch.float32)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (nn.Conv2d(1, 4, 3), "pictures of 3 x 16 x 16"),
        (toy_module().to("meta"), "on cpu"),
        (nn.LazyConv2d(4, 3), "not known yet"),
    ],
)
def test_a_network_that_cannot_look_at_pictures_says_why(
    module: nn.Module, message: str
) -> None:
    with pytest.raises(NetworkError, match=message):
        _ = toy_network(module).layers
