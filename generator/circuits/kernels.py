"""The weight variant: which kernels drive a feature, and whether they suffice.

A kernel's saliency is |Σ w · ∂A/∂w| over its weights: what A would lose, to first
order, without it. A circuit is the most salient share of each layer's kernels, counted
among those that reach the feature at all.

Source: after Hamblin, Konkle & Alvarez (2022), Pruning for Interpretable,
    Feature-Preserving Circuits in CNNs, arXiv 2206.01627.
"""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from generator.activations import feature_activations, network_view, score
from generator.circuits.similarity import Floats, similarity_matrix
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.networks import Network

Saliency = Mapping[str, Floats]
"""(output channels, input channels) of each convolution, by the module's name."""


def kernel_saliency(
    network: Network, canvases: Tensor, feature: Feature
) -> dict[str, Floats]:
    """Mean over pictures of each kernel's saliency. The network stays as it is.

    Args:
        canvases: (B, 3, H, W) in [0, 1], B at least 1.

    Returns:
        (output channels, input channels per group) of each convolution that reaches
        the feature.
    """
    objective = find_objective(network, feature)
    module = copy.deepcopy(network.module).eval()  # gradients of weights, on a copy
    copied = replace(network, module=module)
    kernels = _convolutions(module)
    module.requires_grad_(False)
    weights: list[Tensor] = [kernels[name].weight for name in kernels]
    for weight in weights:
        weight.requires_grad_()
    total: dict[str, Tensor] = {}
    for canvas in canvases:
        with torch.enable_grad():
            view = network_view(network, canvas[None])
            response = score(copied, view, objective)[0]
            found = torch.autograd.grad(response, weights, allow_unused=True)
        for name, weight, gradient in zip(kernels, weights, found, strict=True):
            if gradient is not None:
                saliency = (weight.detach() * gradient).sum((2, 3)).abs().double()
                total[name] = total.get(name, 0) + saliency / len(canvases)
    return {name: summed.cpu().numpy() for name, summed in total.items()}


def _convolutions(module: nn.Module) -> dict[str, nn.Conv2d]:
    return {
        name: part
        for name, part in module.named_modules()
        if isinstance(part, nn.Conv2d)
    }


def in_reach(saliencies: Sequence[Saliency]) -> dict[str, NDArray[np.bool_]]:
    """Kernels that matter to the feature on some picture, by module."""
    names = set.intersection(*(set(saliency) for saliency in saliencies))
    return {
        name: np.any([saliency[name] > 0 for saliency in saliencies], axis=0)
        for name in saliencies[0]
        if name in names
    }


def circuit(
    saliency: Saliency, reach: Mapping[str, NDArray[np.bool_]], fraction: float
) -> dict[str, NDArray[np.bool_]]:
    """The most salient fraction of each layer's kernels in reach, at least one."""
    kept = {}
    for name, reachable in reach.items():
        values = np.where(reachable, saliency[name], -1.0).ravel()
        n = max(1, round(fraction * int(reachable.sum())))
        mask = np.zeros(values.size, dtype=bool)
        mask[np.argsort(-values, kind="stable")[:n]] = True
        kept[name] = mask.reshape(reachable.shape) & reachable
    return kept


def random_saliency(
    reach: Mapping[str, NDArray[np.bool_]], rng: np.random.Generator
) -> dict[str, Floats]:
    """Numbers that say nothing, for circuits of random kernels."""
    return {name: rng.random(mask.shape) for name, mask in reach.items()}


def overlap(
    ours: Mapping[str, NDArray[np.bool_]], theirs: Mapping[str, NDArray[np.bool_]]
) -> float:
    """Kernels in both circuits over kernels in either, mean over layers."""
    shares = [
        float((ours[name] & theirs[name]).sum() / (ours[name] | theirs[name]).sum())
        for name in ours
        if (ours[name] | theirs[name]).any()
    ]
    return float(np.mean(shares)) if shares else float("nan")


def rank_correlation(
    ours: Saliency, theirs: Saliency, reach: Mapping[str, NDArray[np.bool_]]
) -> float:
    """Spearman correlation of the saliencies in reach, mean over layers."""
    found = [
        similarity_matrix(ours[name][mask][None], theirs[name][mask][None], "spearman")
        for name, mask in reach.items()
        if mask.sum() >= 3
    ]
    known = [float(value[0, 0]) for value in found if np.isfinite(value[0, 0])]
    return float(np.mean(known)) if known else float("nan")


def keep_only(network: Network, kept: Mapping[str, NDArray[np.bool_]]) -> Network:
    """A copy of the network whose other kernels, in the same layers, are zero."""
    module = copy.deepcopy(network.module)
    kernels = _convolutions(module)
    with torch.no_grad():
        for name, mask in kept.items():
            weight = kernels[name].weight
            weight.mul_(torch.from_numpy(mask).to(weight)[:, :, None, None])
    return replace(network, module=module)


@dataclass(frozen=True, kw_only=True, slots=True)
class KernelRow:
    """The circuit that one kind of picture names, for one feature."""

    feature_id: str
    kind: str
    """Of the pictures; `random` for kernels drawn by chance."""

    fraction: float
    """Of the kernels in reach that the circuit keeps."""

    iou_with_natural: float
    rank_correlation_with_natural: float

    response_correlation: float
    """Pearson correlation, over held-out photographs, of the feature's responses with
    only this circuit left and with the whole network."""


def compare_kernels(
    network: Network,
    feature: Feature,
    pictures: Mapping[str, Tensor],
    held_out: Tensor,
    *,
    fractions: Sequence[float],
    rng: np.random.Generator,
) -> list[KernelRow]:
    """Compare and prune; pictures by kind, `natural` among them.

    No row where no convolution lies before the feature.
    """
    saliencies: dict[str, Saliency] = {
        kind: kernel_saliency(network, images, feature)
        for kind, images in pictures.items()
    }
    reach = in_reach(list(saliencies.values()))
    if not reach:
        return []
    saliencies["random"] = random_saliency(reach, rng)
    whole = feature_activations(network, held_out, [feature])[:, 0].double().numpy()
    rows = []
    for fraction in fractions:
        natural = circuit(saliencies["natural"], reach, fraction)
        for kind, saliency in saliencies.items():
            own = circuit(saliency, reach, fraction)
            pruned = feature_activations(keep_only(network, own), held_out, [feature])[
                :, 0
            ]
            both = similarity_matrix(
                pruned.double().numpy()[None], whole[None], "pearson"
            )
            rows.append(
                KernelRow(
                    feature_id=str(feature),
                    kind=kind,
                    fraction=fraction,
                    iou_with_natural=overlap(own, natural),
                    rank_correlation_with_natural=rank_correlation(
                        saliency, saliencies["natural"], reach
                    ),
                    response_correlation=float(both[0, 0]),
                )
            )
    return rows


def mean_response(rows: Sequence[KernelRow], fraction: float) -> float:
    """Mean response correlation of circuits of one size, over features.

    A circuit that answers every photograph alike explains nothing and counts as 0.
    """
    values = [row.response_correlation for row in rows if row.fraction == fraction]
    return float(np.mean(np.nan_to_num(values)))
