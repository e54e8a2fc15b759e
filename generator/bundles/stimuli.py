"""The records of a manifest: one per picture, with an id that tells nothing."""

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.bundle import encode_png
from generator.bundles.made_picture import MadePicture
from generator.bundles.schema import STIMULUS_KEYS
from generator.features import Feature
from generator.index.activation_index import ActivationIndex
from generator.jobs import content_key
from generator.pairs.looks import lightness_of
from generator.perceptual_hash import difference_hash, hash_text


@dataclass(kw_only=True)
class StimulusSheet:
    """Collects the pictures of a bundle and their records."""

    content: str
    """Hash of all that the bundle depends on; ids follow from it."""

    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Record of each stimulus_id."""

    pictures: dict[str, bytes] = field(default_factory=dict)
    """PNG file of each stimulus_id."""

    def opaque_id(self, *role: object) -> str:
        """32 hex digits for a role in the bundle; they tell nothing about it."""
        return content_key(self.content, *role)[:32]

    def add(
        self,
        kind: str,
        feature: Feature,
        role: tuple[object, ...],
        picture: NDArray[np.uint8],
        **known: object,
    ) -> str:
        """Add a picture (H, W, 3); what is not known of it is null.

        Args:
            kind: kind of stimulus.
            role: tells this picture from the feature's others of its kind.
            known: values of further keys of the record.

        Returns:
            Its stimulus_id.
        """
        stimulus_id = self.opaque_id(kind, str(feature), *role)
        content = encode_png(picture)
        height, width, _ = picture.shape
        lightness = lightness_of(picture)  # (H, W)
        record: dict[str, Any] = dict.fromkeys(STIMULUS_KEYS)
        record |= {
            "stimulus_id": stimulus_id,
            "kind": kind,
            "file": f"images/{stimulus_id}.png",
            "sha256": hashlib.sha256(content).hexdigest(),
            "width_px": width,
            "height_px": height,
            "feature_id": str(feature),
            "perceptual_hash": hash_text(difference_hash(picture)),
            "luminance": float(lightness.mean()),
            "contrast": float(lightness.std()),
        }
        self.records[stimulus_id] = record | known
        self.pictures[stimulus_id] = content
        return stimulus_id

    def picture(self, stimulus_id: str) -> NDArray[np.uint8]:
        """(H, W, 3) of a picture that was added."""
        with Image.open(io.BytesIO(self.pictures[stimulus_id])) as image:
            return np.array(image)

    def sorted_records(self) -> list[dict[str, Any]]:
        """All records, sorted by stimulus_id."""
        return [self.records[stimulus_id] for stimulus_id in sorted(self.records)]


def photograph_facts(
    index: ActivationIndex, feature: Feature, position: int
) -> Mapping[str, object]:
    """What a record says of a photograph of the pool."""
    photograph = index.photographs[position]
    column = index.column(feature)
    activation = float(column[position])
    return {
        "source": {"path": photograph.path, "sha256": photograph.sha256},
        "class_label": photograph.class_label,
        "activation_rank": 1 + int((column > column[position]).sum()),
        **response_facts(index, feature, activation),
    }


def made_facts(
    index: ActivationIndex, feature: Feature, made: MadePicture
) -> Mapping[str, object]:
    """What a record says of an accentuation, a control or a feature visualization."""
    before, after = made.activation_before, made.activation
    if after is None:
        raise ValueError("a made picture that is shown alone has an activation")
    return {
        "rng_seed": made.rng_seed,
        **response_facts(index, feature, after),
        "activation_before": before,
        "activation_before_percentile": (
            None if before is None else index.percentile(feature, before)
        ),
        **{name: getattr(made, name) for name in _COPIED},
    }


def response_facts(
    index: ActivationIndex, feature: Feature, activation: float
) -> Mapping[str, object]:
    """An activation, raw and against those of the pool."""
    column = index.column(feature).astype(np.float64)
    spread = float(column.std())
    return {
        "activation": activation,
        "activation_percentile": index.percentile(feature, activation),
        "activation_z": (activation - float(column.mean())) / spread
        if spread > 0
        else None,
    }


_COPIED = (
    "latent_distance",
    "latent_distance_relative",
    "ssim",
    "pixel_rmse",
    "specificity",
    "regularization_layer",
    "regularization_weight",
    "regularization_unit",
    "penalties",
    "target",
    "budget",
    "control",
)
"""Keys of a record that a made picture brings itself."""
