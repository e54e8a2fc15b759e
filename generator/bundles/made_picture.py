"""A picture a bundle has made, with all that is known of it; kept in a work folder."""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from generator.accentuation import Accentuation
from generator.config import AccentuationConfig
from generator.jobs import WorkFolder
from generator.perceptual_hash import difference_hash

_JSON_FIELDS = frozenset({"penalties", "target", "budget", "control"})
"""Fields that hold tables; stored as text."""


@dataclass(frozen=True, kw_only=True)
class MadePicture:
    """An accentuation, a control, a feature visualization or an attribution picture."""

    picture: NDArray[np.uint8]
    """(H, W, 3) RGB."""

    rng_seed: int

    activation: float | None = None
    """Of this very picture, whole and un-augmented; None for a view of another one."""

    opacity: NDArray[np.float32] | None = None
    """(H, W) opacity map; accentuations only."""

    activation_before: float | None = None
    latent_distance: float | None = None
    latent_distance_relative: float | None = None
    ssim: float | None = None
    pixel_rmse: float | None = None
    specificity: float | None = None
    regularization_layer: str | None = None
    regularization_weight: float | None = None
    regularization_unit: str | None = None
    penalties: list[dict[str, Any]] | None = None
    """`name`, `weight` and `balance` of everything that held the search back."""

    target: dict[str, Any] | None = None
    """The level of activation that was asked for, and what was reached."""

    budget: dict[str, Any] | None = None
    """The distance that was asked for, and what was reached."""

    control: dict[str, Any] | None = None
    """Which feature and network a control was made with, and what it was matched on."""

    @property
    def perceptual_hash(self) -> int:
        """64-bit difference hash."""
        return difference_hash(self.picture)


def finite(value: float) -> float | None:
    """None for what is not a number: a manifest has no word for it."""
    return value if math.isfinite(value) else None


def regularization_unit(config: AccentuationConfig) -> str:
    """The unit that λ is given in: how the balance was measured."""
    if config.weight_unit == "raw":
        return "raw"
    draws, offset = config.balance_draws, config.balance_offset
    if (draws, offset) == (16, 0.0):
        return "faccent"
    if (draws, offset) == (128, 1e-3):
        return "balanced"
    return f"balanced, {draws} draws, offset {offset:g}"


def from_accentuation(found: Accentuation) -> MadePicture:
    """An accentuation as a bundle stores it."""
    return MadePicture(
        picture=levels(found.image),
        opacity=found.opacity_map.numpy().astype(np.float32),
        rng_seed=found.job.rng_seed,
        activation=found.activation_after,
        activation_before=found.activation_before,
        latent_distance=found.latent_distance,
        latent_distance_relative=finite(found.latent_distance_relative),
        ssim=found.ssim,
        pixel_rmse=found.metrics.pixel_rmse,
        specificity=found.metrics.specificity,
        **pull_facts(found),
        target=_target_facts(found),
        budget=_budget_facts(found),
    )


def pull_facts(found: Accentuation) -> dict[str, Any]:
    """What a search was held back by: layer, λ and its unit, and every term."""
    return {
        "regularization_layer": found.regularization_layer,
        "regularization_weight": found.regularization_weight,
        "regularization_unit": regularization_unit(found.config),
        "penalties": [asdict(facts) for facts in found.penalties],
    }


def _target_facts(found: Accentuation) -> dict[str, Any] | None:
    target = found.target
    if target is None:
        return None
    return {
        "wanted": target.wanted,
        "natural_range": target.natural_range,
        "error": target.error,
    }


def _budget_facts(found: Accentuation) -> dict[str, Any] | None:
    budget = found.budget
    if budget is None:
        return None
    return {
        "wanted": str(budget.asked),
        "achieved": budget.distance,
        "multiplier": budget.multiplier,
        "flag": budget.flag,
    }


def levels(image: Tensor) -> NDArray[np.uint8]:
    """(3, H, W) in [0, 1] as (H, W, 3) uint8, each value rounded."""
    found: NDArray[np.uint8] = (
        (image.detach().cpu().clamp(0, 1) * 255)
        .round()
        .byte()
        .permute(1, 2, 0)
        .contiguous()
        .numpy()
    )
    return found


def store_pictures(work: WorkFolder, key: str, made: Sequence[MadePicture]) -> None:
    """Keep the pictures of a finished unit, all in one file.

    Raises:
        OutputError: the disk refuses it.
    """
    arrays = {
        f"{index}.{field.name}": np.asarray(
            json.dumps(value) if field.name in _JSON_FIELDS else value
        )
        for index, one in enumerate(made)
        for field in fields(one)
        if (value := getattr(one, field.name)) is not None
    }
    work.store(key, arrays)


def load_pictures(work: WorkFolder, key: str) -> list[MadePicture] | None:
    """The pictures of a finished unit; None when it is not finished."""
    stored = work.load(key)
    if stored is None:
        return None
    values: dict[int, dict[str, Any]] = {}
    for name, array in stored.items():
        index, _, field = name.partition(".")
        value = array.item() if array.ndim == 0 else array
        if field in _JSON_FIELDS:
            value = json.loads(str(value))
        values.setdefault(int(index), {})[field] = value
    return [MadePicture(**values[index]) for index in sorted(values)]
