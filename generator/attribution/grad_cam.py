"""Grad-CAM: a layer's channels, weighted by how much the feature gains from each.

Computed on our own capture instead of Captum's, whose hooks break where a module
works in place or is used twice. The two agree elsewhere (a test compares them).

Source: Selvaraju, Cogswell, Das, Vedantam, Parikh & Batra (2017), arXiv 1610.02391.
"""

from torch import Tensor

from generator.attribution.target import Target
from generator.errors import ConfigError
from generator.features import LOGIT_LAYER
from generator.layers import LayerInfo, check_layer, list_layers
from generator.networks import Network


def grad_cam(target: Target, view: Tensor, layer: str | None) -> Tensor:
    """Mean gradient of each channel times the channel, summed; without a final ReLU.

    Args:
        view: (1, 3, h, w).
        layer: with rows and columns; None for the one that `grad_cam_layer` finds.

    Returns:
        (1, rows, columns) of the layer, signed.

    Raises:
        ConfigError: the feature does not depend on the layer.
    """
    name = grad_cam_layer(target, view) if layer is None else layer
    seen = target.at_layer(view, name)
    if seen is None:
        raise ConfigError(
            f"{target.feature} does not depend on layer {name!r}, which grad_cam was "
            "to read; choose a layer before the feature"
        )
    weights = seen.gradient.mean((1, 2), keepdim=True)  # (C, 1, 1)
    return (weights * seen.activation).sum(0, keepdim=True)  # (1, rows, columns)


def grad_cam_layer(target: Target, view: Tensor) -> str:
    """The last layer with rows and columns before the feature's own.

    Layers inside the feature's own layer, and those of parallel branches, which the
    feature does not depend on, are passed over.

    Raises:
        ConfigError: there is none.
    """
    for layer in reversed(_before(target)):
        if target.at_layer(view, layer.name) is not None:
            return layer.name
    raise ConfigError(
        f"no layer with rows and columns comes before {target.feature}, which grad_cam "
        "needs; leave grad_cam out, or choose a deeper feature"
    )


def check_grad_cam_layer(network: Network, name: str) -> str:
    """The name itself, if Grad-CAM can be read of that layer.

    Raises:
        LayerNotFoundError: there is no such layer.
        ConfigError: it has no rows and columns.
    """
    found = check_layer(name, list_layers(network))
    if not _is_spatial(found):
        raise ConfigError(
            f"grad_cam needs a layer with rows and columns; {name!r} has shape "
            f"{found.shape}. `accentuate layers` lists the shapes."
        )
    return found.name


def _before(target: Target) -> list[LayerInfo]:
    """Spatial layers finished before the first of the feature's layers begins."""
    layers = list_layers(target.network)
    names = [layer.name for layer in layers]
    first = min(names.index(name) for name in target.layers)
    own = names[first]
    return [
        layer
        for layer in layers[:first]
        if _is_spatial(layer)
        and (own == LOGIT_LAYER or not layer.name.startswith(f"{own}."))
    ]


def _is_spatial(layer: LayerInfo) -> bool:
    return layer.stride_px is not None
