"""How strongly features respond to pictures shown whole, without augmentation."""

from collections.abc import Collection, Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from generator.capture import layer_activations, undisturbed
from generator.errors import FeatureNotFoundError, OutOfMemoryError
from generator.feature_lookup import find_objectives
from generator.feature_text import logit_features
from generator.features import LOGIT_LAYER, Feature, FeatureId
from generator.layers import check_layer
from generator.networks import Network
from generator.objectives import Objective
from generator.search.passes import is_out_of_memory

_BATCH = 32
"""Pictures in one pass."""


def network_view(network: Network, canvases: Tensor) -> Tensor:
    """Canvases (B, 3, H, W) in [0, 1] as the network takes them: resized, normalized.

    Returns:
        (B, 3, input_px, input_px) in the network's own range.
    """
    side = network.preprocessing.input_px
    resized = interpolate(
        canvases.to(network.device),
        size=(side, side),
        mode="bilinear",
        align_corners=False,
        antialias=True,
    )
    return network.preprocessing.normalize(resized)


def whole_activations(
    network: Network, canvases: Tensor, names: Collection[str]
) -> dict[str, Tensor]:
    """Activations of layers to whole canvases (B, 3, H, W), each (B, C, *positions).

    Where memory runs out, half of the canvases are shown at once.

    Raises:
        OutOfMemoryError: a single canvas does not fit.
    """
    try:
        return layer_activations(network, network_view(network, canvases), names)
    except RuntimeError as error:
        if not is_out_of_memory(error):
            raise
        if len(canvases) < 2:
            raise OutOfMemoryError(
                f"one whole picture does not fit into the memory of {network.device}; "
                "use a smaller network, or a device with more memory"
            ) from error
    middle = len(canvases) // 2
    halves = [
        whole_activations(network, half, names)
        for half in (canvases[:middle], canvases[middle:])
    ]
    return {name: torch.cat([half[name] for half in halves]) for name in names}


def score(network: Network, view: Tensor, objective: Objective) -> Tensor:
    """How strongly a feature responds to each image; differentiable.

    Args:
        view: (B, 3, input_px, input_px) in the network's own range.

    Returns:
        (B,).
    """
    return objective(layer_activations(network, view, objective.layers))


def feature_activations(
    network: Network, canvases: Tensor, features: Sequence[Feature]
) -> Tensor:
    """Activation of each feature to each whole canvas.

    Args:
        canvases: (B, 3, H, W) in [0, 1].

    Returns:
        (B, F) float32 on the CPU.
    """
    objectives = find_objectives(network, features)
    names = frozenset[str]().union(*(objective.layers for objective in objectives))
    columns = torch.empty(len(canvases), len(objectives))  # (B, F)
    with undisturbed(network.module), torch.no_grad():
        for start in range(0, len(canvases), _BATCH):
            rows = slice(start, start + _BATCH)
            seen = whole_activations(network, canvases[rows], names)
            found = [objective(seen) for objective in objectives]
            columns[rows] = torch.stack(found, dim=1).float().cpu()
    return columns


def strongest_logits(network: Network, canvas: Tensor) -> list[FeatureId]:
    """Every logit, ordered by its activation to one canvas (3, H, W), strongest first.

    Equal activations keep the order of the network.

    Raises:
        LayerNotFoundError: the network does not answer with logits.
    """
    check_layer(LOGIT_LAYER, network.layers)
    with undisturbed(network.module), torch.no_grad():
        view = network_view(network, canvas[None])
        seen = layer_activations(network, view, [LOGIT_LAYER])
    order = seen[LOGIT_LAYER][0].cpu().argsort(descending=True, stable=True).tolist()
    named = logit_features(network.labels, len(order))
    return [named[i] for i in order]


def resolve_rank(network: Network, canvas: Tensor, feature: Feature) -> Feature:
    """`logit:#1` as the strongest logit of this canvas; other features unchanged.

    Raises:
        FeatureNotFoundError: the network has fewer logits.
    """
    if feature.rank is None:
        return feature
    ranked = strongest_logits(network, canvas)

    def named(leaf: Feature) -> Feature:
        if leaf.rank is None:
            return leaf
        if leaf.rank > len(ranked):
            raise FeatureNotFoundError(
                f"{leaf} is beyond the {len(ranked)} logits of {network.name}"
            )
        return ranked[leaf.rank - 1]

    return feature.with_leaves(named)
