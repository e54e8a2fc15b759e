"""What `accentuate figure` was asked for. No torch."""

import math
from dataclasses import dataclass
from pathlib import Path

from generator.config import AccentuationConfig
from generator.errors import ConfigError
from generator.features import Feature


@dataclass(frozen=True, kw_only=True, slots=True)
class FigureRequest:
    """Settings of one figure. Empty ones leave the choice to the experiment."""

    photographs: tuple[Path, ...]
    """Files, and folders of files; the seed images."""

    config: AccentuationConfig
    """Of every search, but for what the experiment varies."""

    features: tuple[Feature, ...] = ()
    """To bring out; `logit:#N` is looked up in each photograph."""

    pool: tuple[Path, ...] = ()
    """Folders of the photographs that percentiles, and choices of units and of
    photographs, refer to."""

    values: tuple[str, ...] = ()
    """What a sweep runs through, as text."""

    true_label: str | None = None
    """Label or number of the class a photograph really shows."""

    unrelated_label: str | None = None
    """Label or number of a class it has nothing to do with."""

    level: float | None = None
    """Activation at which pictures are compared, in the feature's own units."""

    n_clusters: int | None = None
    """Groups the unit's top photographs are parted into."""

    n_top: int | None = None
    """Top photographs of the unit that are looked at."""

    show_masks: bool = False
    """Also write and show opacity maps and masked pictures."""

    rng_seed: int = 0

    def __post_init__(self) -> None:
        if self.level is not None and not math.isfinite(self.level):
            raise ConfigError(f"level must be a finite number; got {self.level}")
        for name, least in (("n_clusters", 2), ("n_top", 2)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise ConfigError(f"{name} must be at least {least}; got {value}")

    def given_options(self) -> set[str]:
        """Options with a value that only some experiments read."""
        values = {
            "photograph": self.photographs,
            "feature": self.features,
            "pool": self.pool,
            "values": self.values,
            "true": self.true_label,
            "unrelated": self.unrelated_label,
            "level": self.level,
            "clusters": self.n_clusters,
            "top": self.n_top,
        }
        return {name for name, value in values.items() if value not in ((), None)}
