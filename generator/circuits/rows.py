"""The rows of the tables: one picture, one feature, one kind. No torch."""

from dataclasses import dataclass
from typing import Any

from generator.circuits.similarity import SimilarityName

TOP = "top"
"""The reference that scores are read on: a feature's strongest photographs."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CoherenceRow:
    """One picture at one layer, by one similarity, against one set of photographs."""

    feature_id: str
    layer: str

    layer_index: int
    """Order in the network."""

    similarity: SimilarityName

    reference: str
    """`top`, or `percentile_N` for photographs of lower activation."""

    kind: str
    picture: str
    """Path of the photograph, or file of the made picture."""

    start: int
    """Index of the seed image or of the noise start; rank of a photograph."""

    activation: float
    """Of the feature, whole and un-augmented."""

    is_matched: bool
    """Whether a made picture met its level; others take no part in means."""

    coherence: float
    ceiling: float
    floor: float

    gap_low: float
    """Of the 95 % interval of ceiling minus floor."""

    gap_high: float

    is_defined: bool
    """Whether the ceiling lies above the floor by that interval."""

    score: float
    """NaN where it does not."""

    similarity_to_seed_image: float
    """Of channel sums; NaN where there is no seed image."""

    full_similarity_to_seed_image: float
    """Of attributions position by position."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KindRow:
    """One kind of picture of one feature at one layer, by one similarity."""

    feature_id: str
    layer: str
    layer_index: int
    similarity: SimilarityName
    kind: str

    n_pictures: int
    n_matched: int

    dispersion: float
    """1 minus the mean similarity of two pictures of the kind."""

    auc_natural_above: float
    """Probability that a photograph of the feature coheres more than such a picture."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PictureRow:
    """One made picture and how near it came to its level."""

    feature_id: str
    """What the picture brings out."""

    kind: str
    file: str

    seed_image: str | None
    """Path of the photograph it started from; None for noise."""

    start: int
    """Index of the seed image or of the noise start."""

    activation: float
    """Of the feature, whole and un-augmented."""

    level: float
    """The activation it was brought to."""

    mismatch: float
    """Activation minus level, as a fraction of the photographs' range."""

    is_matched: bool
    n_steps: float
    """Steps of the search, with a fraction, after which the level was met."""


def cells(row: Any) -> dict[str, Any]:
    """A row as a table stores it: numbers that are not known are left empty."""
    names = row.__dataclass_fields__
    values = {name: getattr(row, name) for name in names}
    return {name: None if v != v else v for name, v in values.items()}
