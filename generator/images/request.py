"""What `accentuate image` is asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from generator.config import AccentuationConfig
from generator.features import Feature
from generator.goals.levels import Level
from generator.networks import Network


@dataclass(frozen=True, kw_only=True, slots=True)
class ImageRequest:
    """Photographs, features, and how to go from the ones to the others."""

    photographs: Sequence[Path]
    """Files, and folders of files."""

    features: Sequence[Feature]
    """Each brought out in each photograph; `logit:#N` is looked up in each."""

    pool: Sequence[Path]
    """Folders of the photographs that percentiles refer to; may be empty."""

    rng_seed: int
    config: AccentuationConfig

    suppress: bool = False
    """Make the features respond less instead of more."""

    levels: Sequence[Level] = ()
    """Activations to reach, each with a picture of its own, in place of one picture at
    the end of the search. They are measured against the pool."""

    region: Path | None = None
    """Mask of the photographs' size, white inside."""

    second_network: Network | None = None
    """Asked about every picture too, where it has a logit of the same label."""

    gif: bool = False
    mp4: bool = False
