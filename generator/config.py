"""Settings of accentuation and of visualization, each checked once when made.

No torch.
"""

from dataclasses import dataclass
from typing import Literal

from generator.config_checks import check_choice, check_number
from generator.errors import ConfigError
from generator.goals.budget import DistanceBudget
from generator.presets import ACCENTUATION_PRESETS, VISUALIZATION_PRESETS, preset
from generator.search.choices import CropLaw as CropLaw
from generator.search.choices import OptimizerName as OptimizerName
from generator.search.choices import ParameterizationName as ParameterizationName
from generator.search.choices import Precision as Precision
from generator.search.config import SearchConfig as SearchConfig

DistanceName = Literal["l2", "l1", "cosine", "feature_orthogonal"]
WeightUnit = Literal["balanced", "raw"]
PenaltySide = Literal["everywhere", "inside", "outside"]

PROBE_DRAWS = 16
"""Crops that decide whether a feature responds to changes of a noise start at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccentuationConfig(SearchConfig):
    """How seed images are pushed towards features."""

    regularization_weight: float = 1.0
    """Pull towards the seed image over push towards the feature (λ), in units of the
    measured balance. 0: no penalty."""

    balance_draws: int = 128
    """Random crops the balance is measured with, whatever the draws per step."""

    balance_offset: float = 1e-3
    """How far from the seed image the balance is measured, in standard deviations of
    the parameters."""

    distance_smoothing: float = 1e-4
    """Rounds the distance off near zero; fraction of the seed image's own norm."""

    black_margin: float = 0.49 / 255
    """The search starts this far from black and from white at least. An 8-bit black
    may stand for any value below half a level; nearer to 0 the sigmoid is so flat that
    black and white areas could never change."""

    regularization_layers: tuple[str, ...] = ()
    """Layers whose activations are kept near the seed image's. Empty: the first stage
    with one position for each 8 × 8 input pixels."""

    layer_weights: tuple[float, ...] = ()
    """Pull at each of those layers, each balanced by itself. Empty: equal shares of 1.
    One weight of 0 and no layer: no distance inside the network at all."""

    distance: DistanceName = "l2"
    """`l2`, `l1`: norm over channels of the difference; `cosine`: 1 minus the cosine;
    `feature_orthogonal`: l2 of what is left of the difference without its part along
    the feature."""

    weight_unit: WeightUnit = "balanced"
    """`balanced`: a weight of 1 pulls as hard at the start as the feature does (the
    measured balance). `raw`: penalties are subtracted as they are."""

    stretch_seed: bool = False
    """Start from the seed image stretched to black and white. It is still the seed
    image itself that penalties and distances refer to."""

    pixel_weight: float = 0.0
    """Pull of the mean squared difference of pixels."""

    total_variation_weight: float = 0.0
    """Pull towards smooth pictures."""

    spectrum_weight: float = 0.0
    """Pull towards the seed image's log magnitude spectrum."""

    penalty_side: PenaltySide = "everywhere"
    """Which side of a job's region is held near the seed image."""

    edit_inside_only: bool = False
    """Leave pixels outside a job's region exactly as they are."""

    distance_budget: str | None = None
    """KIND=DISTANCE (kind latent, latent_relative, pixel_rmse or ssim): the weight
    moves from step to step so that the search ends this far from the seed image."""

    def __post_init__(self) -> None:
        SearchConfig.__post_init__(self)
        check_number("balance_draws", self.balance_draws, at_least=1)
        for name in (
            "regularization_weight",
            "balance_offset",
            "distance_smoothing",
            "pixel_weight",
            "total_variation_weight",
            "spectrum_weight",
        ):
            check_number(name, getattr(self, name), at_least=0)
        check_number("black_margin", self.black_margin, at_least=0, at_most=0.1)
        check_choice("distance", self.distance, DistanceName)
        check_choice("weight_unit", self.weight_unit, WeightUnit)
        check_choice("penalty_side", self.penalty_side, PenaltySide)
        if self.stretch_seed and self.parameterization.startswith("fourier_phase"):
            raise ConfigError(
                "stretch_seed changes magnitudes, which fourier_phase keeps; choose "
                "another parameterization, or leave the seed image as it is"
            )
        self._check_layer_weights()
        self._check_balance()
        self._check_budget()

    def _check_layer_weights(self) -> None:
        if len(set(self.regularization_layers)) < len(self.regularization_layers):
            raise ConfigError(
                "regularization_layers names a layer twice: "
                f"{', '.join(self.regularization_layers)}; give each its weight once"
            )
        for weight in self.layer_weights:
            check_number("layer_weights", weight, at_least=0)
        n_layers = max(1, len(self.regularization_layers))
        if self.layer_weights and len(self.layer_weights) != n_layers:
            raise ConfigError(
                f"layer_weights needs one weight for each of {n_layers} layers; "
                f"got {len(self.layer_weights)}"
            )

    def _check_balance(self) -> None:
        """Terms without a gradient at the seed image cannot be balanced there."""
        squared = (self.pixel_weight, self.spectrum_weight)
        is_flat = self.distance == "cosine" or self.distance_smoothing > 0
        if self.weight_unit == "raw":
            return
        if self.balance_offset == 0 and self.has_penalty and (is_flat or any(squared)):
            raise ConfigError(
                "balance_offset 0 needs distance_smoothing 0 and a distance other than "
                "cosine, without pixel_weight and spectrum_weight: these do not pull "
                "at the seed image itself. Set balance_offset above 0, e.g. 0.001."
            )

    def _check_budget(self) -> None:
        if self.distance_budget is None:
            return
        DistanceBudget.parse(self.distance_budget)
        if self.regularization_weight == 0 or not self.has_penalty:
            raise ConfigError(
                "distance_budget needs a penalty to hold the search back; set "
                "regularization_weight above 0"
            )

    @property
    def has_penalty(self) -> bool:
        """Something holds the search back."""
        parts = (self.pixel_weight, self.total_variation_weight, self.spectrum_weight)
        latent = self.layer_weights or (1.0,)
        return self.regularization_weight > 0 and any((*parts, *latent))

    @property
    def uses_region(self) -> bool:
        """The region of a job changes something."""
        return self.edit_inside_only or self.penalty_side != "everywhere"

    @property
    def budget(self) -> DistanceBudget | None:
        """The distance budget, read."""
        text = self.distance_budget
        return None if text is None else DistanceBudget.parse(text)

    @property
    def crops_per_job(self) -> int:
        """Those of the balance and of the steps."""
        return self.balance_draws + self.steps * self.draws_per_step

    @classmethod
    def preset(cls, name: str) -> "AccentuationConfig":
        """Named settings: `default`, `careful`, `faccent`, `horama`, `lucid` or `maco`.

        `generator/presets.py` says what each cannot reproduce.

        Raises:
            ConfigError: there is no preset of that name.
        """
        if name in VISUALIZATION_PRESETS and name not in ACCENTUATION_PRESETS:
            raise ConfigError(
                f"preset {name!r} starts from noise; use it to visualize. There are: "
                f"{', '.join(sorted(ACCENTUATION_PRESETS))}"
            )
        return cls(**preset(name, ACCENTUATION_PRESETS))


@dataclass(frozen=True, kw_only=True, slots=True)
class VisualizationConfig(SearchConfig):
    """How pictures of features are grown from noise."""

    steps: int = 64
    learning_rate: float = 0.1

    diversity_weight: float = 0.0
    """How hard pictures of one feature are kept from looking alike, in units of the
    balance: 1 pulls as hard at the start as the feature does. 0: each on its own."""

    diversity_layer: str | None = None
    """Layer whose Gram matrices say how alike they look. None: the first stage with
    one position for each 8 × 8 input pixels."""

    @property
    def crops_per_job(self) -> int:
        """Those that probe whether the noise can move, and those of the steps."""
        return PROBE_DRAWS + self.steps * self.draws_per_step

    def __post_init__(self) -> None:
        SearchConfig.__post_init__(self)
        check_number("diversity_weight", self.diversity_weight, at_least=0)
        if self.parameterization == "fourier_phase_gated":
            raise ConfigError(
                "fourier_phase_gated starts from an image; "
                "use fourier_phase to start from noise"
            )

    @classmethod
    def preset(cls, name: str) -> "VisualizationConfig":
        """Named settings: `default`, `lucid`, `maco` or `xplique_maco`.

        `generator/presets.py` says what each cannot reproduce.

        Raises:
            ConfigError: there is no preset of that name.
        """
        return cls(**preset(name, VISUALIZATION_PRESETS))
