"""Photographs of the pool that a bundle's pictures start from, or are held against."""

from collections.abc import Mapping
from dataclasses import dataclass, field

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


@dataclass(frozen=True, kw_only=True)
class SeedImages:
    """The tiles of each feature, as pictures."""

    checked: CheckedPlan
    index: ActivationIndex
    tiles: Mapping[Feature, Tiles]

    jobs: dict[Feature, list[AccentuationJob]] = field(default_factory=dict)
    """Of each feature, one for each seed image that could be read."""

    def read_all(self) -> list[str]:
        """Fill `jobs`; returns the faults of those that cannot be read any more."""
        faults = []
        for feature in self.checked.plan.features:
            found = self.jobs.setdefault(feature, [])
            for position in self.tiles[feature].seed_images:
                try:
                    found.append(self._job(feature, int(position)))
                except PhotographError as error:
                    name = self.index.photographs[int(position)].path
                    faults.append(f"accentuation of {name} for {feature}: {error}")
        return faults

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

    def _job(self, feature: Feature, position: int) -> AccentuationJob:
        return AccentuationJob(
            seed_image=self._canvas(position),
            feature=feature,
            rng_seed=self.checked.plan.rng_seed,
            name=self.index.photographs[position].path,
        )

    def _canvas(self, position: int) -> Tensor:
        """(3, H, W) canvas of a photograph of the pool."""
        image = read_photograph(
            self.checked.folder / self.index.photographs[position].path
        )
        preprocessing = self.checked.network.preprocessing
        return to_canvas(image, preprocessing, self.checked.canvas_px)
