"""What is attributed: one feature of one network, as every method sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from generator.activations import score
from generator.capture import layer_gradients
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.layers import LayerInfo, by_position
from generator.networks import Network
from generator.objectives import Objective

OnViews = Callable[[int], None]
"""Told how many pictures have just been through the network."""


class AtLayer(NamedTuple):
    """What views do at a layer with rows and columns; class tokens are left out."""

    activation: Tensor
    """(B, C, rows, columns)."""

    gradient: Tensor
    """∂feature/∂activation, (B, C, rows, columns)."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Target:
    """One feature of one network. Views are what the network takes: resized canvases
    in its own range, (B, 3, input_px, input_px)."""

    network: Network
    feature: Feature
    objective: Objective
    on_views: OnViews

    @classmethod
    def find(
        cls, network: Network, feature: Feature, *, on_views: OnViews | None = None
    ) -> "Target":
        """Look the feature up.

        Raises:
            LayerNotFoundError, FeatureNotFoundError: the network has no such feature.
        """
        return cls(
            network=network,
            feature=feature,
            objective=find_objective(network, feature),
            on_views=on_views or (lambda _n: None),
        )

    def score(self, views: Tensor) -> Tensor:
        """The feature's activation to each view, (B,); differentiable."""
        scores = score(self.network, views, self.objective)
        self.on_views(len(views))
        return scores

    def at_layers(
        self, views: Tensor, layers: Sequence[LayerInfo]
    ) -> dict[str, AtLayer]:
        """What the views do at each layer, by its name.

        Args:
            layers: with rows and columns. The gradient is zero at those that the
                feature does not depend on.
        """
        found = layer_gradients(
            self.network,
            views.detach(),
            self.objective,
            [layer.name for layer in layers],
            score_layers=self.objective.layers,
        )
        self.on_views(len(views))
        return {
            layer.name: AtLayer(
                activation=_on_grid(found[layer.name].activation, layer),
                gradient=_on_grid(found[layer.name].gradient, layer),
            )
            for layer in layers
        }


def _on_grid(activations: Tensor, layer: LayerInfo) -> Tensor:
    """(B, C, *positions) as (B, C, rows, columns)."""
    places = by_position(activations)[:, :, layer.n_prefix_tokens :]  # (B, C, P)
    return places.reshape(*places.shape[:2], *(layer.grid or (1, 1)))
