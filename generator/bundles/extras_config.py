"""What a bundle can hold beside panels and pairs, for other tasks. No torch."""

from dataclasses import dataclass

from generator.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class ExtrasConfig:
    """Pictures for minimal references and occlusion tasks; none unless asked for."""

    n_minimal: int = 0
    """Photographs from the bottom of the feature's ranking."""

    n_minimal_visualizations: int = 0
    """Feature visualizations of the feature's negative."""

    n_occlusions: int = 0
    """Strongly activating photographs that no panel shows, each with two covered
    copies."""

    has_suppressions: bool = False
    """Whether each seed image is also changed to drive the feature less, with the
    settings of the accentuations, as far as their steps carry it."""

    blurs_exemplars: bool = False
    """Whether each exemplar is also shown blurred but for the place that counts."""

    cover_fraction: float = 0.4
    """Side of the square, as a fraction of the picture's."""

    blur_fraction: float = 0.05
    """Standard deviation of the blur, as a fraction of the picture's side."""

    def __post_init__(self) -> None:
        for name in ("n_minimal", "n_minimal_visualizations", "n_occlusions"):
            if getattr(self, name) < 0:
                raise ConfigError(
                    f"{name} must not be negative; got {getattr(self, name)}"
                )
        if not 0 < self.cover_fraction < 1:
            raise ConfigError(
                f"cover_fraction must lie between 0 and 1; got {self.cover_fraction}"
            )
        if not 0 < self.blur_fraction <= 0.5:
            raise ConfigError(
                "blur_fraction must lie above 0 and be at most 0.5; "
                f"got {self.blur_fraction}"
            )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == ExtrasConfig()
