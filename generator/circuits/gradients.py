"""Gradients of a feature with respect to activations inside the network."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from generator.activations import find_unit
from generator.features import LOGIT_LAYER, FeatureId
from generator.layers import by_position, undisturbed
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LayerGradient:
    """One layer's activations and what the feature makes of each."""

    activation: Tensor
    """(B, C, P)."""

    gradient: Tensor
    """(B, C, P): ∂A/∂activation, with true ReLU gradients."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Response:
    """A feature's response to pictures, and the layers behind it."""

    score: Tensor
    """(B,)."""

    layers: dict[str, LayerGradient]


def respond(
    network: Network, inputs: Tensor, feature: FeatureId, names: Collection[str]
) -> Response:
    """Look at inputs once, and send the feature's gradient back to each layer.

    What is kept lies on the path itself, and the network goes on with a copy of it, so
    that modules working in place neither change nor cut what was kept.

    Args:
        inputs: (B, 3, H, W) in the network's own range.
        names: of layers as `accentuate layers` lists them.
    """
    unit = find_unit(network, feature)
    kept: dict[str, Tensor] = {}
    handles = _keep(network, {*names, unit.layer}, kept)
    try:
        with undisturbed(network.module), torch.enable_grad():
            output = network.module(inputs.detach().requires_grad_())
            kept.setdefault(LOGIT_LAYER, output)
            score = by_position(kept[unit.layer])[:, unit.index].mean(1)  # (B,)
            found = torch.autograd.grad(
                score.sum(), [kept[name] for name in names], allow_unused=True
            )
    finally:
        for handle in handles:
            handle.remove()
    layers = {}
    for name, gradient in zip(names, found, strict=True):
        there = kept[name].detach()
        gradient = torch.zeros_like(there) if gradient is None else gradient
        layers[name] = LayerGradient(
            activation=by_position(there), gradient=by_position(gradient)
        )
    return Response(score=score.detach(), layers=layers)


def _keep(network: Network, names: set[str], kept: dict[str, Tensor]) -> list[Any]:
    """Hooks that fill `kept` as the network runs; the caller removes them."""
    modules = dict(network.module.named_modules())
    calls: dict[str, int] = {}

    def hook(name: str) -> Any:
        def keep(_module: object, _inputs: object, output: Tensor) -> Tensor | None:
            call = calls[name] = calls.get(name, -1) + 1
            wanted = [k for k in (name, f"{name}@{call}") if k in names - kept.keys()]
            if not wanted:
                return None
            kept.update(dict.fromkeys(wanted, output.clone()))
            return kept[wanted[0]].clone()

        return keep

    bases = {name.partition("@")[0] for name in names - {LOGIT_LAYER}}
    return [modules[name].register_forward_hook(hook(name)) for name in bases]
