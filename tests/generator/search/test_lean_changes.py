"""Networks that change between searches, or cannot be copied, keep their answers."""

import threading

import pytest
import torch
from torch import Tensor, nn

from generator.capture import layer_activations
from generator.networks import Network, Preprocessing
from generator.search.lean_network import coarse_network, lean_network

PREPROCESSING = Preprocessing(
    input_px=16, resize_px=16, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2)
)


class Plain(nn.Module):
    """A convolution with a batch norm that can be folded into it."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.act: nn.Module = nn.ReLU()

    def forward(self, pictures: Tensor) -> Tensor:
        passed: Tensor = self.act(self.norm(self.convolution(pictures)))
        return passed.mean((2, 3))


class Locked(Plain):
    """Holds what cannot be copied."""

    def __init__(self) -> None:
        super().__init__()
        self.lock = threading.Lock()


class Closed(Plain):
    """Computes with a function that a copy shares with the original."""

    def __init__(self) -> None:
        super().__init__()

        def body(pictures: Tensor) -> Tensor:
            passed: Tensor = self.act(self.norm(self.convolution(pictures)))
            return passed

        self.body = body

    def forward(self, pictures: Tensor) -> Tensor:
        return self.body(pictures).mean((2, 3))


def network_of(module: Plain) -> Network:
    chance = torch.Generator().manual_seed(0)
    assert module.norm.running_mean is not None
    module.norm.running_mean.normal_(generator=chance)
    module.eval().requires_grad_(False)
    return Network(
        name="plain", module=module, preprocessing=PREPROCESSING, weights_sha256=""
    )


def looked_at(network: Network, names: set[str]) -> dict[str, Tensor]:
    pictures = torch.rand(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    return layer_activations(network, pictures, names)


def soften(module: Plain) -> None:
    module.norm.eps = 1.0


def exchange(module: Plain) -> None:
    module.act = nn.Tanh()


def stride(module: Plain) -> None:
    module.convolution.stride = (2, 2)


@pytest.mark.parametrize("change", [soften, exchange, stride])
def test_a_module_changed_between_searches_is_copied_anew(change: object) -> None:
    assert callable(change)
    module = Plain()
    network = network_of(module)
    lean_network(network, {"logit"})

    change(module)

    lean = lean_network(network, {"logit"})
    assert lean is not network
    ours, theirs = looked_at(lean, {"logit"}), looked_at(network, {"logit"})
    assert torch.allclose(ours["logit"], theirs["logit"], atol=1e-5)


def test_hooks_added_after_a_search_are_heeded() -> None:
    module = Plain()
    network = network_of(module)
    lean_network(network, {"logit"})
    coarse_network(network, {"logit"})

    module.norm.register_forward_hook(lambda *_: None)

    assert lean_network(network, {"logit"}) is network
    assert coarse_network(network, {"logit"}) is None


@pytest.mark.parametrize("kind", [Locked, Closed])
def test_a_network_that_cannot_be_copied_is_searched_as_it_is(
    kind: type[Plain],
) -> None:
    network = network_of(kind())

    assert lean_network(network, {"act"}) is network
    assert coarse_network(network, {"act"}) is None


def test_a_tensor_of_a_graph_that_a_network_keeps_does_no_harm() -> None:
    module = Plain()
    module.last = module.convolution.weight.requires_grad_() * 2
    network = network_of(module)

    assert lean_network(network, {"logit"}) is network
    assert coarse_network(network, {"logit"}) is None


def test_copies_for_ever_other_layers_do_not_pile_up() -> None:
    network = network_of(Plain())
    layers = [{"act"}, {"norm"}, {"logit"}, {"act", "norm"}, {"act", "logit"}]
    first = lean_network(network, layers[0]).module
    assert lean_network(network, layers[0]).module is first

    for names in layers[1:]:
        lean_network(network, names)

    assert lean_network(network, layers[0]).module is not first
