"""The embedded network's size, its weights file and the refusals of its loader."""

import hashlib
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from generator.demo.network import (
    FORMAT,
    INPUT_PX,
    WEIGHTS_FILE,
    EmbeddedNetwork,
    load_embedded_network,
    write_weights,
)
from generator.demo.regions import CLASSES
from generator.errors import NetworkError

MEGABYTE = 1_000_000


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.safetensors"
    write_weights(path, EmbeddedNetwork(2), labels=("brick", "grass"), training={})
    return path


def multiply_adds(network: EmbeddedNetwork) -> int:
    """Counted from the shapes each convolution sees."""
    total = 0

    def count(module: torch.nn.Module, _: object, output: torch.Tensor) -> None:
        nonlocal total
        assert isinstance(module, torch.nn.Conv2d)
        total += module.weight.numel() * output.shape[-1] * output.shape[-2]

    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    network(torch.zeros(1, 3, INPUT_PX, INPUT_PX))
    return total


def test_weights_file_stays_under_two_megabytes() -> None:
    assert WEIGHTS_FILE.stat().st_size < 2 * MEGABYTE


def test_network_needs_at_most_twenty_million_multiply_adds() -> None:
    assert multiply_adds(EmbeddedNetwork(len(CLASSES))) <= 20_000_000


def test_committed_weights_name_the_classes_of_the_photographs() -> None:
    assert load_embedded_network().labels == tuple(CLASSES)


def test_committed_weights_tell_how_they_were_made() -> None:
    training = json.loads(json.dumps(load_embedded_network().training))

    assert training["config"]["rng_seed"] == 0
    assert "torch" in training["versions"]


def test_loaded_network_records_the_hash_of_its_file(weights: Path) -> None:
    expected = hashlib.sha256(weights.read_bytes()).hexdigest()

    assert load_embedded_network(weights).weights_sha256 == expected


def test_loaded_network_gives_the_written_network_s_logits(tmp_path: Path) -> None:
    written = EmbeddedNetwork(3).eval()
    path = tmp_path / "weights.safetensors"
    write_weights(path, written, labels=("a", "b", "c"), training={})
    pictures = torch.rand(2, 3, INPUT_PX, INPUT_PX)

    loaded = load_embedded_network(path).module

    assert torch.equal(loaded(pictures), written(pictures))


def test_writing_the_same_network_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    network = EmbeddedNetwork(2)
    for name in ("first", "second"):
        write_weights(
            tmp_path / name, network, labels=("a", "b"), training={"x": 1, "y": 2}
        )

    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()


def test_missing_weights_are_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match=r"no weights .* train-embedded"):
        load_embedded_network(tmp_path / "absent.safetensors")


def test_truncated_weights_are_refused_with_a_remedy(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:1000])

    with pytest.raises(NetworkError, match=r"no readable safetensors .* Restore"):
        load_embedded_network(weights)


def test_one_changed_byte_of_the_weights_is_refused(weights: Path) -> None:
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)

    with pytest.raises(NetworkError, match=r"differ from the checksum .* Restore"):
        load_embedded_network(weights)


def test_weights_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"x": torch.zeros(1)}, path, metadata={"format": "pt"})

    with pytest.raises(NetworkError, match=f"format 'pt'.*{FORMAT}"):
        load_embedded_network(path)


def test_labels_that_do_not_fit_the_logits_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    write_weights(path, EmbeddedNetwork(2), labels=("only one",), training={})

    with pytest.raises(NetworkError, match="holds other tensors"):
        load_embedded_network(path)


def test_gradient_of_an_even_feature_map_shows_no_grid() -> None:
    """Every pixel far from the border has the same say: nothing draws a raster."""
    network = EmbeddedNetwork(2)
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.constant_(module.weight, 0.01)
    picture = torch.full((1, 3, INPUT_PX, INPUT_PX), 0.5, requires_grad=True)

    features = network.stage3(network.stage2(network.stage1(picture)))
    (gradient,) = torch.autograd.grad(features.sum(), picture)

    middle = gradient[..., 24:40, 24:40]
    assert torch.allclose(middle, middle.mean().expand_as(middle), rtol=1e-4)
