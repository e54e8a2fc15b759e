"""Where in a network a picture is held near its seed image."""

from collections.abc import Sequence

from torch import nn

from generator.errors import ConfigError, NetworkError
from generator.layers import LayerInfo, check_layer
from generator.networks import Network

_STRIDE_PX = 8
"""One position for each 8 × 8 input pixels: parts and textures, not yet objects."""


def choose_layer(
    module: nn.Module, layers: Sequence[LayerInfo], *, wanted: str | None, feature: str
) -> str:
    """The layer at which the distance is taken for features of a layer.

    Unless one is wanted: the first stage with one position for each 8 × 8 input
    pixels (mobilenet_v2: features.4, resnet50: layer2), or, where there is none that
    coarse, the last one with positions. Where pictures are cut into patches at once
    (vision transformers), the stage after a quarter of those with weights. Never
    deeper than the feature's own layer.

    Args:
        module: the network.
        layers: those of the network.
        wanted: a layer name, or None for the rule.
        feature: the deepest layer of the feature.

    Raises:
        LayerNotFoundError: no layer is called as wanted.
        ConfigError: the layer wanted is deeper than the feature's.
    """
    order = [layer.name for layer in layers]
    end = order.index(feature)
    if wanted is not None:
        name = check_layer(wanted, layers).name
        if order.index(name) > end:
            raise ConfigError(
                f"regularization layer {wanted!r} is deeper than the feature's layer "
                f"{feature!r}; choose an earlier one"
            )
        return name
    placed = [s for s in stages(module, layers) if s.stride_px is not None]
    if not placed:
        raise NetworkError(
            "no stage of this network has positions to compare pictures at; "
            "name a layer as regularization layer"
        )
    coarse = [s for s in placed if (s.stride_px or 0) >= _STRIDE_PX - 0.5]
    if coarse and coarse[0] is placed[0]:
        coarse = [s for s in coarse if _has_weights(module, s.name)]
        coarse = coarse[len(coarse) // 4 :]
    chosen = (coarse or placed[-1:])[0].name
    return chosen if order.index(chosen) <= end else feature


def recorded_layers(network: Network, *regularization_layers: str) -> list[str]:
    """Where a finished picture's latent distance is noted: each stage, and the layers
    the search held it at, in the order of the network."""
    named = {stage.name for stage in stages(network.module, network.layers)}
    wanted = {*named, *regularization_layers}
    return [layer.name for layer in network.layers if layer.name in wanted]


def stages(module: nn.Module, layers: Sequence[LayerInfo]) -> list[LayerInfo]:
    """The network's top-level parts; containers that span many strides are opened.

    A part that gives no positions itself, but has parts that do, is opened too.
    """
    by_name = {layer.name: layer for layer in layers}
    placed = [layer.name for layer in layers if layer.stride_px is not None]
    found: list[LayerInfo] = []
    pending = [(name, child) for name, child in module.named_children()]
    while pending:
        name, child = pending.pop(0)
        layer = by_name.get(name)
        stride = layer.stride_px if layer else None
        is_container = (
            isinstance(child, nn.Sequential | nn.ModuleList)
            or (stride is None and any(one.startswith(f"{name}.") for one in placed))
            or ("." not in name and _holds_a_stack(child))
        )
        if is_container and (stride is None or stride > 1.5 * _STRIDE_PX):
            inner = [(f"{name}.{key}", part) for key, part in child.named_children()]
            pending = inner + pending
        elif layer is not None:
            found.append(layer)
    return found


def _has_weights(module: nn.Module, name: str) -> bool:
    return any(True for _ in module.get_submodule(name).parameters())


def _holds_a_stack(part: nn.Module) -> bool:
    """Whether a part is a row of like blocks in a shell, as encoders are."""
    for child in part.children():
        if isinstance(child, nn.Sequential | nn.ModuleList) and len(child) > 2:
            return len({type(block) for block in child}) == 1
    return False
