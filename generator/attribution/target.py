"""What is attributed: one feature of one network, as every method sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from generator.activations import Unit, find_unit
from generator.features import FeatureId
from generator.layers import by_position, layer_activations
from generator.networks import Network

OnViews = Callable[[int], None]
"""Told how many pictures have just been through the network."""


class AtLayer(NamedTuple):
    """A layer's activations of one view, and how the feature depends on them."""

    activation: Tensor
    """(C, h, w)."""

    gradient: Tensor
    """(C, h, w), ∂feature/∂activation."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Target:
    """One feature of one network. Views are what the network takes: resized canvases
    in its own range, (B, 3, input_px, input_px)."""

    network: Network
    feature: FeatureId
    unit: Unit
    on_views: OnViews

    @classmethod
    def find(
        cls, network: Network, feature: FeatureId, *, on_views: OnViews | None = None
    ) -> "Target":
        """Look the feature up.

        Raises:
            LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
        """
        return cls(
            network=network,
            feature=feature,
            unit=find_unit(network, feature),
            on_views=on_views or (lambda _n: None),
        )

    @property
    def layers(self) -> frozenset[str]:
        """Layers the feature is read from."""
        return frozenset({self.unit.layer})

    def score(self, views: Tensor) -> Tensor:
        """The feature's activation to each view, (B,); differentiable."""
        names = sorted(self.layers)
        scores = self._read(layer_activations(self.network.module, views, names))
        self.on_views(len(views))
        return scores

    def at_layer(self, view: Tensor, name: str) -> AtLayer | None:
        """What one view (1, 3, h, w) does at a layer with rows and columns.

        Returns:
            None where the feature does not depend on the layer.
        """
        path, _, call = name.partition("@")
        outputs: list[Tensor] = []

        def tap(_module: object, _inputs: object, output: Tensor) -> Tensor:
            outputs.append(output.clone())  # the next module may work in place
            return outputs[-1]

        handle = self.network.module.get_submodule(path).register_forward_hook(tap)
        try:
            with torch.enable_grad():
                score = self.score(view.detach().clone().requires_grad_())
        finally:
            handle.remove()
        number = int(call or 0)
        if number >= len(outputs):  # the pass ended before this layer
            return None
        seen = outputs[number]
        (gradient,) = torch.autograd.grad(score.sum(), seen, allow_unused=True)
        if gradient is None:
            return None
        return AtLayer(activation=seen.detach()[0], gradient=gradient[0])

    def _read(self, activations: dict[str, Tensor]) -> Tensor:
        return by_position(activations[self.unit.layer])[:, self.unit.index].mean(1)
