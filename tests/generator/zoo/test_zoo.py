"""Networks from every source: names, preprocessing, weights, untrained controls."""

from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from generator.cli import main
from generator.errors import NetworkError
from generator.networks import Preprocessing, load_network
from generator.zoo.random_weights import randomized
from generator.zoo.weights import state_sha256
from tests.generator.toy_network import INPUT_PX, toy_module

PREPROCESSING = Preprocessing(
    input_px=INPUT_PX, resize_px=INPUT_PX, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)
)


def test_a_timm_model_comes_with_its_own_preprocessing() -> None:
    """resnetv2_50x1_bit is shown images normalized to -1 … 1, not ImageNet's."""
    network = load_network("timm/resnetv2_50x1_bit", random_weights=0)

    assert network.preprocessing.mean == (0.5, 0.5, 0.5)
    assert len(network.labels) == network.layers[-1].n_channels


def test_a_timm_model_without_weights_or_name_is_refused_with_the_remedy() -> None:
    with pytest.raises(NetworkError, match="--download-weights"):
        load_network("timm/resnet18")
    with pytest.raises(NetworkError, match="resnet18"):
        load_network("timm/resnet_18")


def test_a_missing_timm_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "timm", None)

    with pytest.raises(NetworkError, match=r"accentuate\[timm\]"):
        load_network("timm/resnet18")


def test_a_module_of_ones_own_is_found_by_its_import_path() -> None:
    name = "tests.generator.toy_network:toy_module"

    network = load_network(name, preprocessing=PREPROCESSING)

    assert network.weights_sha256 == state_sha256(toy_module())
    assert network.labels == ("0", "1", "2", "3")
    assert network.name == name


def test_a_network_of_ones_own_brings_everything() -> None:
    network = load_network("tests.generator.toy_network:toy_network")

    assert network.labels == ("dot", "line", "wave", "grid")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("tests.generator.toy_network:toy_module", "without preprocessing"),
        ("tests.generator.toy_network:nothing", "cannot be imported"),
        ("no.such.place:build", "cannot be imported"),
        ("tests.generator.toy_network:LABELS", "must give a torch.nn.Module"),
    ],
)
def test_what_is_no_network_is_refused_with_the_reason(name: str, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        load_network(name)


def test_untrained_weights_follow_their_seed_and_leave_torchs_alone() -> None:
    torch.manual_seed(5)
    state = torch.get_rng_state()

    once, again, other = (
        load_network("squeezenet1_0", random_weights=seed) for seed in (0, 0, 1)
    )

    assert torch.equal(torch.get_rng_state(), state)
    assert once.weights_sha256 == again.weights_sha256
    assert once.weights_sha256 != other.weights_sha256


def test_weights_are_randomized_from_the_top() -> None:
    """Layers with weights are conv1, conv2 and readout."""
    module = toy_module()
    before = state_sha256(module)

    changed = randomized(module, rng_seed=0, n_layers_from_top=2)

    assert state_sha256(module) == before
    assert torch.equal(_weight(changed, "conv1"), _weight(module, "conv1"))
    assert not torch.equal(_weight(changed, "conv2"), _weight(module, "conv2"))
    assert not torch.equal(_weight(changed, "readout"), _weight(module, "readout"))


def _weight(module: nn.Module, name: str) -> torch.Tensor:
    weight = module.get_submodule(name).weight
    assert isinstance(weight, torch.Tensor)
    return weight


def test_the_embedded_network_can_be_untrained() -> None:
    trained, untrained = (
        load_network("embedded", random_weights=seed) for seed in (None, 0)
    )

    assert trained.weights_sha256 != untrained.weights_sha256
    assert trained.labels == untrained.labels


def test_weights_are_from_a_file_or_random() -> None:
    with pytest.raises(NetworkError, match="at random"):
        load_network("squeezenet1_0", weights=Path("some.pth"), random_weights=0)


def test_the_command_takes_a_module_of_ones_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "tests.generator.toy_network:toy_module"
    prepared = ["--input-px", "16", "--mean", *["0.5"] * 3, "--std", *["0.25"] * 3]

    assert main(["layers", "--network", name, *prepared]) == 0
    assert "conv2" in capsys.readouterr().out
    assert main(["layers", "--network", name, "--input-px", "16"]) == 1
    assert "belong together" in capsys.readouterr().err


class Attending(nn.Module):
    """Weights of every kind: by a constructor, by none, and by a parametrization."""

    def __init__(self) -> None:
        super().__init__()
        self.class_token = nn.Parameter(torch.arange(8.0))
        self.attention = nn.MultiheadAttention(8, 2)
        self.normed = nn.utils.parametrizations.weight_norm(nn.Linear(8, 8))
        self.readout = nn.Linear(8, 4)


def test_no_weight_of_a_random_network_stays_as_it_was_trained() -> None:
    trained = Attending()
    with torch.no_grad():  # biases start at zero, so training has moved them
        for weight in trained.parameters():
            weight.add_(torch.linspace(1, 2, weight.numel()).view_as(weight))

    untrained = randomized(trained, rng_seed=0)

    changed = dict(untrained.named_parameters())
    for name, weight in trained.named_parameters():
        assert not torch.equal(weight, changed[name]), name


def test_a_network_that_cannot_be_copied_says_what_to_undo() -> None:
    module = toy_module()
    prune.l1_unstructured(  # type: ignore[no-untyped-call]
        module.conv1, "weight", amount=0.5
    )

    with pytest.raises(NetworkError, match=r"prune\.remove"):
        randomized(module, rng_seed=0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (".toy:build", "no import path"),
        (":build", "no import path"),
        ("tests.generator.toy_network:", "no import path"),
        ("tests.generator.toy_network:LayerNeedsSides", "cannot be imported"),
        ("torch.nn:Linear", "called without arguments"),
    ],
)
def test_an_import_path_that_builds_nothing_is_refused(name: str, message: str) -> None:
    with pytest.raises(NetworkError, match=message):
        load_network(name)


@pytest.mark.parametrize(
    "options",
    [
        ["--input-px", "0"],
        ["--input-px", "16", "--mean", "0", "0", "0", "--std", "nan", "1", "1"],
    ],
)
def test_preprocessing_that_makes_no_sense_is_refused(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["layers", "--network", "embedded", *options]) == 1
    assert "--std" in capsys.readouterr().err
