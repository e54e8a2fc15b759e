"""Photographs of the pool that a bundle's pictures start from, or are held against."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generator.accentuation_job import AccentuationJob
from generator.activations import feature_activations
from generator.bundles.plan_check import CheckedPlan
from generator.errors import PhotographError
from generator.exemplars.tiles import Tiles
from generator.features import LOGIT_LAYER, Feature, FeatureId
from generator.index.activation_index import ActivationIndex
from generator.photographs import read_photograph, to_canvas


@dataclass(frozen=True, kw_only=True, eq=False)
class SeedImage:
    """A photograph that pictures start from."""

    job: AccentuationJob

    activation: float
    """Of the feature, when the photograph was indexed."""

    fault: str | None = None
    """Why it cannot be read any more; its job then holds a gray picture."""


@dataclass(frozen=True, kw_only=True)
class SeedImages:
    """The tiles of each feature, as pictures."""

    checked: CheckedPlan
    index: ActivationIndex
    tiles: Mapping[Feature, Tiles]

    def of(self, feature: Feature) -> list[SeedImage]:
        """Of one feature, each read again."""
        positions = self.tiles[feature].seed_images
        return [self._seed_image(feature, int(position)) for position in positions]

    def tile_classes(self, feature: Feature) -> frozenset[str]:
        """Classes of a feature's exemplars and seed images, in lower case."""
        labels = (
            self.index.photographs[int(position)].class_label
            for position in self.tiles[feature].all
        )
        return frozenset(label.casefold() for label in labels if label)

    def exemplar_logits(self, feature: Feature) -> NDArray[np.float32] | None:
        """(n_labels,) mean over the exemplars; None where logits have no names."""
        network = self.checked.network
        if not network.labels:
            return None
        exemplars = self.tiles[feature].natural
        canvases = torch.stack([self._canvas(int(place)) for place in exemplars])
        logits = [FeatureId(LOGIT_LAYER, str(i)) for i in range(len(network.labels))]
        found = feature_activations(network, canvases, logits).mean(0)
        values: NDArray[np.float32] = found.float().cpu().numpy()
        return values

    def _seed_image(self, feature: Feature, position: int) -> SeedImage:
        fault = None
        try:
            canvas = self._canvas(position)
        except PhotographError as error:  # it was whole when it was indexed
            fault = str(error)
            side = self.checked.canvas_px
            canvas = torch.full((3, side, side), 0.5)
        job = AccentuationJob(
            seed_image=canvas,
            feature=feature,
            rng_seed=self.checked.plan.rng_seed,
            name=self.index.photographs[position].path,
        )
        activation = float(self.index.column(feature)[position])
        return SeedImage(job=job, activation=activation, fault=fault)

    def _canvas(self, position: int) -> Tensor:
        """(3, H, W) canvas of a photograph of the pool."""
        image = read_photograph(
            self.checked.folder / self.index.photographs[position].path
        )
        preprocessing = self.checked.network.preprocessing
        return to_canvas(image, preprocessing, self.checked.canvas_px)
