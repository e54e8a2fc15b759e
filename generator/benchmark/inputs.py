"""What every timed library is given, and how what it returns is measured."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from generator.activations import network_view
from generator.benchmark.setting import BenchmarkSetting
from generator.errors import BenchmarkError
from generator.feature_lookup import find_objective
from generator.features import LOGIT_LAYER, FeatureId
from generator.layers import check_layer
from generator.metrics import measure_pictures
from generator.networks import Network, load_network
from generator.objectives import Objective
from generator.photographs import read_photograph, to_canvas


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class BenchmarkInputs:
    """The network, pixels and feature that a setting names, on the CPU."""

    network: Network
    seed_image: Tensor
    """(3, canvas_px, canvas_px) in [0, 1]."""

    objective: Objective


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureResult:
    """How far a picture was brought; the same measure for every library."""

    activation_before: float
    """The logit's value for the photograph, shown whole."""

    activation: float
    """For the picture, likewise un-augmented."""

    latent_distance: float | None
    """From the photograph, at the regularization layer: mean over positions of the
    norm over channels. None where the setting names no layer."""

    ssim: float
    """Structural similarity to the photograph; 1 for equal pictures."""


def load_inputs(setting: BenchmarkSetting) -> BenchmarkInputs:
    """Load what a setting names.

    Raises:
        NetworkError, LayerNotFoundError, FeatureNotFoundError, PhotographError: it
            names something that is not there.
        BenchmarkError: the regularization layer is no module.
    """
    network = load_network(
        setting.network,
        weights=setting.weights,
        random_weights=None if setting.weights else setting.random_weights,
    )
    if setting.regularization_layer is not None:
        _check_module(network, setting.regularization_layer)
    photograph = read_photograph(setting.photograph)
    seed_image = to_canvas(photograph, network.preprocessing, setting.canvas_px)
    if setting.weights is None:
        _settle_batch_norms(network, seed_image)
    feature = FeatureId(layer=LOGIT_LAYER, unit=str(setting.logit))
    return BenchmarkInputs(
        network=network,
        seed_image=seed_image,
        objective=find_objective(network, feature),
    )


def _check_module(network: Network, layer: str) -> None:
    """Refuse what is no module of the network that is called once.

    The peers and the floor know modules only, not their calls or parts of their output.
    """
    check_layer(layer, network.layers)
    if layer not in dict(network.module.named_modules()):
        raise BenchmarkError(
            f"timed penalties look at the output of a module; got {layer!r}, which is "
            "none. Name another --regularization-layer, or none"
        )


def _settle_batch_norms(network: Network, seed_image: Tensor) -> None:
    """Give untrained batch norms the statistics of the photograph.

    With those they start from, signals and gradients die out on the way through a deep
    network: no picture would change, and arithmetic on tiny numbers is slow.
    """
    norms = [part for part in network.module.modules() if isinstance(part, _BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the mean of what is seen: of this one pass
        norm.train()
    with torch.no_grad():
        network.module(network_view(network, seed_image[None]))
    network.module.eval()


def write_inputs(inputs: BenchmarkInputs, folder: Path) -> dict[str, str | int]:
    """Put weights and pixels where a peer's process can read them.

    Returns:
        The paths `state` and `photograph_npy`, and the network's `input_px`.
    """
    state, photograph = folder / "state.pt", folder / "photograph.npy"
    torch.save(inputs.network.module.state_dict(), state)
    np.save(photograph, inputs.seed_image.numpy())
    return {
        "state": str(state),
        "photograph_npy": str(photograph),
        "input_px": inputs.network.preprocessing.input_px,
    }


def measure_picture(
    inputs: BenchmarkInputs, picture: Tensor, setting: BenchmarkSetting
) -> PictureResult:
    """Measure a picture (3, canvas_px, canvas_px) in [0, 1], on the CPU, in float32."""
    layer = setting.regularization_layer
    (found,) = measure_pictures(
        inputs.network,
        picture[None].float().cpu(),
        inputs.seed_image[None],
        [inputs.objective],
        layers=[] if layer is None else [layer],
    )
    return PictureResult(
        activation_before=found.activation_before,
        activation=found.activation_after,
        latent_distance=None if layer is None else found.latent[layer].absolute,
        ssim=found.ssim,
    )
