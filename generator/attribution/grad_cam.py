"""Grad-CAM: a layer's channels, weighted by how much the feature gains from each.

Computed on our own capture instead of Captum's, whose hooks break where a module
works in place or is used twice, and which knows no token layers. The two agree
elsewhere (a test compares them).

Source: Selvaraju, Cogswell, Das, Vedantam, Parikh & Batra (2017), arXiv 1610.02391.
"""

from torch import Tensor

from generator.attribution.target import Target
from generator.errors import ConfigError
from generator.layers import LayerInfo, check_layer, split_name


def grad_cam(target: Target, view: Tensor, layer: LayerInfo) -> Tensor:
    """Mean gradient of each channel times the channel, summed; without a final ReLU.

    Args:
        view: (1, 3, h, w).
        layer: with rows and columns, before the feature.

    Returns:
        (1, rows, columns) of the layer, signed.
    """
    activation, gradient = target.at_layers(view, [layer])[layer.name]
    weights = gradient.mean((2, 3), keepdim=True)  # (1, C, 1, 1)
    return (weights * activation).sum(1)  # (1, rows, columns)


def grad_cam_layer(target: Target, views: Tensor, name: str | None) -> LayerInfo:
    """The layer of that name, or the last one before the feature.

    The last one is the last with rows and columns where the feature's gradient is
    not zero for every view. So parallel branches are passed over, and the last tokens
    of a transformer that reads its class token.

    Args:
        views: (B, 3, h, w), of all pictures that are to be compared.
        name: None to take the last.

    Raises:
        LayerNotFoundError: there is no layer of that name.
        ConfigError: it has no rows and columns or comes after the feature; or no
            layer before the feature has rows and columns.
    """
    before = _before(target)
    if name is not None:
        found = check_layer(name, target.network.layers)
        if found in before:
            return found
        raise ConfigError(
            f"grad_cam reads a layer with rows and columns before {target.feature}; "
            f"got {name!r} of shape {found.shape}. `accentuate layers` lists them."
        )
    if not before:
        raise ConfigError(
            f"no layer with rows and columns comes before {target.feature}, which "
            "grad_cam needs; leave grad_cam out, or choose a deeper feature"
        )
    gradients = target.at_layers(views, before)
    for layer in reversed(before):
        if gradients[layer.name].gradient.any():
            return layer
    return before[-1]  # the feature is dead on every view: any layer gives zeros


def _before(target: Target) -> list[LayerInfo]:
    """Layers with rows and columns finished before the first of the feature's begins.

    A layer inside the feature's own begins later.
    """
    layers = target.network.layers
    names = [layer.name for layer in layers]
    first = min(names.index(name) for name in target.objective.layers)
    own, _, _ = split_name(names[first])
    return [
        layer
        for layer in layers[:first]
        if layer.stride_px is not None and not layer.name.startswith(f"{own}.")
    ]
