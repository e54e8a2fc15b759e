"""Batch norms folded away: the same answers from fewer operations."""

import pytest
import torch
import torchvision
from torch import Tensor, nn

from generator.capture import layer_activations, undisturbed
from generator.networks import Network, Preprocessing, load_network
from generator.search.lean_network import coarse_network, lean_network

PREPROCESSING = Preprocessing(
    input_px=32, resize_px=32, mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2)
)


class Branching(nn.Module):
    """The first convolution feeds its batch norm and, beside it, a sum."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.first_norm = nn.BatchNorm2d(4)
        self.second = nn.Conv2d(4, 5, 3, bias=False)
        self.second_norm = nn.BatchNorm2d(5, affine=False)

    def forward(self, pictures: Tensor) -> Tensor:
        seen = self.first(pictures)
        both = self.first_norm(seen) + seen
        passed: Tensor = self.second_norm(self.second(both.relu())).mean((2, 3))
        return passed


def branching() -> Network:
    module = Branching()
    chance = torch.Generator().manual_seed(0)
    for norm in (module.first_norm, module.second_norm):
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.normal_(generator=chance)
        norm.running_var.uniform_(0.5, 2.0, generator=chance)
    module.eval().requires_grad_(False)
    return Network(
        name="branching", module=module, preprocessing=PREPROCESSING, weights_sha256=""
    )


def test_only_what_nobody_else_reads_is_folded() -> None:
    lean = lean_network(branching(), {"logit"})

    assert isinstance(lean.module.get_submodule("second_norm"), nn.Identity)
    assert isinstance(lean.module.get_submodule("first_norm"), nn.BatchNorm2d)


def test_a_convolution_that_is_looked_at_is_not_folded() -> None:
    network = branching()

    assert lean_network(network, {"second", "logit"}) is network


def test_a_batch_norm_that_is_looked_at_answers_as_before() -> None:
    network = branching()
    pictures = torch.rand(2, 3, 32, 32)

    lean = lean_network(network, {"second_norm"})

    theirs = layer_activations(network, pictures, {"second_norm"})["second_norm"]
    ours = layer_activations(lean, pictures, {"second_norm"})["second_norm"]
    assert lean is not network
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_the_users_network_keeps_its_batch_norms() -> None:
    network = branching()
    before = {
        name: value.clone() for name, value in network.module.state_dict().items()
    }

    lean_network(network, {"logit"})

    after = network.module.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_weights_that_changed_since_are_folded_anew() -> None:
    network = branching()
    pictures = torch.rand(2, 3, 32, 32)
    lean_network(network, {"logit"})

    network.module.second.weight.data.mul_(2)  # type: ignore[union-attr,operator]
    lean = lean_network(network, {"logit"})

    theirs = layer_activations(network, pictures, {"logit"})["logit"]
    ours = layer_activations(lean, pictures, {"logit"})["logit"]
    assert torch.allclose(ours, theirs, atol=1e-5)


def test_a_network_that_somebody_listens_to_is_left_alone() -> None:
    network = branching()
    network.module.register_forward_hook(lambda *_: None)

    assert lean_network(network, {"logit"}) is network


@pytest.mark.parametrize("name", ["googlenet", "densenet121", "mobilenet_v2"])
def test_networks_of_the_library_lose_their_batch_norms(name: str) -> None:
    network = load_network(name, random_weights=0)
    pictures = torch.rand(1, 3, 224, 224, generator=torch.Generator().manual_seed(0))

    with undisturbed(network.module), torch.no_grad():
        lean = lean_network(network, {"logit"})
        theirs = layer_activations(network, pictures, {"logit"})["logit"]
        ours = layer_activations(lean, pictures, {"logit"})["logit"]

    n_left = sum(isinstance(part, nn.BatchNorm2d) for part in lean.module.modules())
    n_before = sum(isinstance(p, nn.BatchNorm2d) for p in network.module.modules())
    assert n_left < 0.6 * n_before
    size = theirs.abs().max()
    assert (ours - theirs).abs().max() <= 1e-4 * size


def test_a_logit_of_a_torchvision_network_keeps_its_gradient() -> None:
    module = torchvision.models.mobilenet_v2(weights=None).eval().requires_grad_(False)
    network = Network(
        name="mobilenet", module=module, preprocessing=PREPROCESSING, weights_sha256=""
    )
    pictures = torch.rand(2, 3, 32, 32, requires_grad=True)

    found = []
    for one in (network, lean_network(network, {"logit"})):
        logits = layer_activations(one, pictures, {"logit"})["logit"]
        found.append(torch.autograd.grad(logits[:, 7].sum(), pictures)[0])

    assert (found[0] - found[1]).abs().max() <= 1e-4 * found[0].abs().max()


def test_a_coarse_copy_is_folded_too_and_answers_in_float32() -> None:
    network = branching()
    pictures = torch.rand(2, 3, 32, 32)

    coarse = coarse_network(network, {"logit"})

    assert coarse is not None
    assert coarse.dtype == torch.bfloat16
    assert isinstance(coarse.module.get_submodule("second_norm"), nn.Identity)
    theirs = layer_activations(network, pictures, {"logit"})["logit"]
    ours = layer_activations(coarse, pictures, {"logit"})["logit"]
    assert ours.dtype == torch.float32
    assert (ours - theirs).abs().max() <= 0.03 * theirs.abs().max()
    assert network.dtype == torch.float32


def test_a_network_with_nothing_to_fold_has_a_coarse_copy() -> None:
    network = branching()

    coarse = coarse_network(network, {"second", "logit"})

    assert coarse is not None
    assert coarse.module is not network.module
    assert isinstance(coarse.module.get_submodule("second_norm"), nn.BatchNorm2d)


def test_a_network_without_weights_has_no_coarse_copy() -> None:
    network = Network(
        name="mean",
        module=nn.AdaptiveAvgPool2d(1),
        preprocessing=PREPROCESSING,
        weights_sha256="",
    )

    assert coarse_network(network, {"logit"}) is None


def test_a_network_that_computes_only_in_float32_has_no_coarse_copy() -> None:
    class Exact(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.Conv2d(3, 4, 3)
            self.second = nn.Conv2d(4, 5, 3)

        def forward(self, pictures: Tensor) -> Tensor:
            seen: Tensor = self.second(self.first(pictures).float())
            return seen.mean((2, 3))

    module = Exact().eval().requires_grad_(False)
    network = Network(
        name="exact", module=module, preprocessing=PREPROCESSING, weights_sha256=""
    )

    assert coarse_network(network, {"logit"}) is None
