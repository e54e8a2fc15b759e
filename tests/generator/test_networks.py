"""Networks by name, and what is said when their weights do not fit."""

from pathlib import Path

import pytest
import torch
import torchvision
from safetensors.torch import save_file

from generator.errors import NetworkError
from generator.networks import load_network

NAME = "shufflenet_v2_x0_5"


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "weights.pth"
    torch.save(torchvision.models.get_model(NAME, weights=None).state_dict(), path)
    return path


def test_labels_and_preprocessing_come_from_torchvision(weights: Path) -> None:
    network = load_network(NAME, weights=weights)

    assert network.preprocessing.input_px == 224
    assert network.preprocessing.mean == (0.485, 0.456, 0.406)
    assert network.labels[281] == "tabby"
    assert not network.module.training


def test_the_embedded_network_knows_one_label_for_each_logit() -> None:
    network = load_network("embedded")
    side = network.preprocessing.input_px

    logits = network.module(torch.zeros(1, 3, side, side))

    assert logits.shape == (1, len(network.labels))


def test_an_unknown_network_is_refused_with_close_names() -> None:
    with pytest.raises(NetworkError, match="mobilenet_v2"):
        load_network("mobilnet_v2")


def test_without_weights_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))

    with pytest.raises(NetworkError, match="--weights PATH"):
        load_network(NAME)


def test_a_missing_weights_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NetworkError, match="no weights file"):
        load_network(NAME, weights=tmp_path / "none.pth")


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize(
    "content", [b"", b"junk", b"junk, not weights", b"PK\x03\x04", b"\x80\x02"]
)
def test_a_file_that_holds_no_weights_is_refused(
    tmp_path: Path, suffix: str, content: bytes
) -> None:
    path = tmp_path / f"junk.{suffix}"
    path.write_bytes(content)

    with pytest.raises(NetworkError, match="cannot be read as weights"):
        load_network(NAME, weights=path)


def test_weights_of_another_network_are_refused_by_tensor(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"fc.weight": torch.zeros(10, 1024), "extra": torch.zeros(1)}, path)

    with pytest.raises(NetworkError, match=r"missing.*1 unknown.*extra.*another shape"):
        load_network(NAME, weights=path)


@pytest.mark.parametrize("device", ["nonsense", "meta"])
def test_a_device_that_cannot_compute_is_refused(weights: Path, device: str) -> None:
    with pytest.raises(NetworkError, match="Try cpu"):
        load_network(NAME, weights=weights, device=device)
