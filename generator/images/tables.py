"""The tables that `accentuate image` writes: one row per picture, layer and feature."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from generator.accentuation import Accentuation
from generator.activations import feature_activations
from generator.errors import FeatureNotFoundError
from generator.feature_lookup import find_objective
from generator.features import Feature, FeatureId
from generator.metrics import change_diversity
from generator.networks import Network
from generator.percentiles import percentile_of
from generator.photographs import quantize

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NaturalPool:
    """What the pool's photographs say of natural pictures; may be empty."""

    activations: dict[Feature, NDArray[np.float32]]
    """(n,) of each feature."""

    spectral_slopes: NDArray[np.float64]
    """(n,) one for each photograph."""

    @property
    def n_images(self) -> int:
        return len(self.spectral_slopes)

    def percentile(self, feature: Feature, activation: float) -> float | None:
        """Share of the pool below an activation, 0 to 100; None without a pool."""
        if not self.n_images:
            return None
        value = np.array([activation], dtype=np.float32)
        return float(percentile_of(value, self.activations[feature])[0])

    def z_score(self, feature: Feature, activation: float) -> float | None:
        """Standard deviations above the pool's mean; None where it does not vary."""
        own = self.activations[feature].astype(np.float64)
        if len(own) < 2 or own.std(ddof=1) == 0:
            return None
        return float((activation - own.mean()) / own.std(ddof=1))


def picture_row(
    made: Accentuation, *, file: str, pool: NaturalPool, second: Network | None
) -> Row:
    """What metrics.csv says of one accentuation."""
    feature, metrics = made.job.feature, made.metrics
    before, after = metrics.activation_before, metrics.activation_after
    slopes = pool.spectral_slopes
    return {
        "photograph": made.job.name,
        "feature_id": str(feature),
        "suppress": made.job.suppress,
        "activation_before": before,
        "activation_after": after,
        "percentile_before": pool.percentile(feature, before),
        "percentile_after": pool.percentile(feature, after),
        "z_before": pool.z_score(feature, before),
        "z_after": pool.z_score(feature, after),
        "n_pool": pool.n_images,
        "ssim": metrics.ssim,
        "pixel_rmse": metrics.pixel_rmse,
        "latent_distance": made.latent_distance,
        "latent_distance_relative": made.latent_distance_relative,
        "spectral_slope_before": metrics.spectral_slope_before,
        "spectral_slope_after": metrics.spectral_slope_after,
        "spectral_slope_natural": float(slopes.mean()) if len(slopes) else None,
        "top1_before": metrics.top_before[0] if metrics.top_before else None,
        "top1_after": metrics.top_after[0] if metrics.top_after else None,
        "top5_before": "; ".join(metrics.top_before),
        "top5_after": "; ".join(metrics.top_after),
        "specificity": metrics.specificity,
        **_in_second_network(made, second),
        "regularization_layer": made.regularization_layer,
        "regularization_weight": made.regularization_weight,
        "regularization_balance": made.balance,
        "penalties": "; ".join(facts.name for facts in made.penalties),
        **_goal(made),
        "n_steps": made.n_steps,
        "precision": made.precision.used,
        "rng_seed": made.job.rng_seed,
        "file": file,
    }


def _goal(made: Accentuation) -> Row:
    """What was asked for in place of a weight, and what came of it."""
    asked = wanted = achieved = None
    if made.budget is not None:
        asked, wanted = str(made.budget.asked), made.budget.asked.distance
        achieved = made.budget.distance
    if made.target is not None:
        asked, wanted = str(made.target.asked), made.target.wanted
        achieved = made.target.achieved
    return {
        "goal": asked,
        "goal_wanted": wanted,
        "goal_achieved": achieved,
        "flag": made.flag,
    }


def matching_feature(network: Network, feature: Feature) -> Feature | None:
    """The feature of the same text in another network; None where it has none.

    Only logits named by label mean the same in two networks.
    """
    leaves = feature.leaves
    named = all(
        isinstance(leaf, FeatureId) and leaf.is_logit and not leaf.unit.isdecimal()
        for leaf in leaves
    )
    if not named:
        return None
    try:
        find_objective(network, feature)
    except FeatureNotFoundError:
        return None
    return feature


def _in_second_network(made: Accentuation, second: Network | None) -> Row:
    columns: Row = {"second_network_before": None, "second_network_after": None}
    matching = None if second is None else matching_feature(second, made.job.feature)
    if second is None or matching is None:
        return columns
    both = torch.stack([quantize(made.job.seed_image.cpu().float()), made.image])
    found = feature_activations(second, both, [matching])[:, 0].tolist()
    return dict(zip(columns, found, strict=True))


def distance_rows(made: Accentuation, *, file: str) -> list[Row]:
    """What distances.csv says of one accentuation: one row per recorded layer."""
    return [
        {
            "file": file,
            "layer": layer,
            "distance": found.absolute,
            "distance_relative": found.relative,
        }
        for layer, found in made.metrics.latent.items()
    ]


def feature_rows(rows: Sequence[Row], changes: Sequence[torch.Tensor]) -> list[Row]:
    """What features.csv says: one row per feature and direction.

    Args:
        rows: those of metrics.csv.
        changes: of each, its channel change at the regularization layer, (C,).
    """
    groups: dict[tuple[str, bool], list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault((row["feature_id"], row["suppress"]), []).append(i)
    return [
        {
            "feature_id": feature_id,
            "suppress": suppress,
            "n_pictures": len(members),
            "mean_gain": float(np.mean([_gain(rows[i]) for i in members])),
            "change_diversity": change_diversity([changes[i] for i in members]),
        }
        for (feature_id, suppress), members in groups.items()
    ]


def _gain(row: Row) -> float:
    return float(row["activation_after"]) - float(row["activation_before"])
