"""Settings of a measurement of circuit coherence, checked once when made. No torch."""

from dataclasses import dataclass, field

from generator.config import AccentuationConfig, VisualizationConfig
from generator.errors import ConfigError

ADVERSARIAL = AccentuationConfig(
    parameterization="pixel",
    optimizer="adam",
    learning_rate=0.02,
    desaturation=1.0,
    decorrelate=False,
    crop_range=(1.0, 1.0),
    draws_per_step=1,
    noise_sd=0.0,
    noise_range=0.0,
    regularization_weight=0.0,
    balance_draws=1,
)
"""Adversarial-style: free pixels, the whole picture, no noise, no penalty."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CircuitConfig:
    """How the circuits of pictures are compared with those of photographs."""

    n_natural: int = 32
    """Photographs that stand for a feature: its strongest, no seed image among them."""

    n_other: int = 32
    """Photographs of other features, against which the floor is measured."""

    n_seed_images: int = 8
    """Photographs that are accentuated, the same for every feature."""

    n_visualizations: int = 4
    """Noise starts of each feature, for each kind of feature visualization."""

    level_percentile: float = 99.9
    """Activation at which all made pictures are compared: this percentile of the
    photographs' activations."""

    match_tolerance: float = 0.01
    """How far from the level a picture may lie, as a fraction of the range of the
    photographs' activations. Others are reported, but take no part in means."""

    lower_percentiles: tuple[float, ...] = (50.0, 75.0)
    """Further references: photographs around these percentiles of activation."""

    n_lower: int = 16
    """Photographs around each of the lower percentiles."""

    layers: tuple[str, ...] = ()
    """Where circuits are compared; those not earlier than a feature's own layer are
    left out for that feature. Empty: the last layer of each stage."""

    kernel_fractions: tuple[float, ...] = (0.05, 0.1, 0.2, 0.5, 0.8)
    """Shares of kernels kept by the weight variant. Empty: it is left out."""

    n_held_out: int = 32
    """Photographs on which pruned networks are compared with the whole one."""

    n_bootstrap: int = 2000
    """Resamples behind each interval."""

    rng_seed: int = 0
    """Of every random choice and every search."""

    accentuation: AccentuationConfig = field(default_factory=AccentuationConfig)
    visualization: VisualizationConfig = field(default_factory=VisualizationConfig)
    adversarial: AccentuationConfig = ADVERSARIAL

    def __post_init__(self) -> None:
        least = {
            "n_natural": 3,
            "n_other": 3,
            "n_seed_images": 1,
            "n_visualizations": 1,
            "n_lower": 1,
            "n_held_out": 3,
            "n_bootstrap": 100,
        }
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise ConfigError(
                    f"{name} must be at least {bound}; got {getattr(self, name)}"
                )
        for value in (self.level_percentile, *self.lower_percentiles):
            if not 0 < value <= 100:
                raise ConfigError(f"percentiles lie above 0, up to 100; got {value}")
        for value in (self.match_tolerance, *self.kernel_fractions):
            if not 0 < value < 1:
                raise ConfigError(
                    "match_tolerance and kernel_fractions lie between 0 and 1; "
                    f"got {value}"
                )
        canvases = {self.accentuation.canvas_px, self.visualization.canvas_px}
        if len(canvases | {self.adversarial.canvas_px}) > 1:
            raise ConfigError("all pictures must have one canvas_px to be comparable")
