"""Settings of the searches for pictures, each checked once when made. No torch."""

import dataclasses
import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Literal, Self, get_args

from generator.errors import ConfigError
from generator.goals.budget import DistanceBudget

ParameterizationName = Literal[
    "pixel", "fourier", "fourier_phase", "fourier_phase_gated"
]
OptimizerName = Literal["adam", "shared_adam"]
CropLaw = Literal["uniform", "centered"]
DistanceName = Literal["l2", "l1", "cosine", "feature_orthogonal"]
PenaltySide = Literal["everywhere", "inside", "outside"]

_PIXELS_PER_PASS = 4 * 224**2

PROBE_DRAWS = 16
"""Crops that decide whether a feature responds to changes of a noise start at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchConfig:
    """How pictures are searched for: what accentuation and visualization share."""

    steps: int
    """Optimization steps."""

    learning_rate: float
    """Step size of the optimizer, in parameter units."""

    optimizer: OptimizerName
    """`adam` scales each parameter's step by that parameter's own gradients;
    `shared_adam` by those of the whole picture, so that what matters little to the
    feature moves little."""

    cool_down: float
    """Share of the steps, at the end, in which the step size falls to zero."""

    parameterization: ParameterizationName

    decay_power: float
    """`fourier`: frequency f moves in proportion to f to the minus this power."""

    desaturation: float
    """`fourier` and `pixel`: divides every step."""

    decorrelate: bool
    """Search in color channels that vary independently in natural images."""

    draws_per_step: int
    """Random crops averaged in each step."""

    crop_law: CropLaw
    """`uniform`: anywhere inside the canvas; `centered`: normally distributed around
    the centre with a standard deviation of 0.05."""

    crop_range: tuple[float, float]
    """Smallest and largest crop side, as a fraction of the canvas side."""

    noise_sd: float
    """Normal noise on each crop at network-input resolution, image units 0 to 1."""

    noise_range: float
    """Width of the uniform noise added to it, image units 0 to 1."""

    canvas_px: int | None = None
    """Side of the picture. None: 8/7 of the network's input."""

    pictures_per_pass: int | None = None
    """Crops that go through the network at once: bounds the memory needed. None: as
    many as four of 224 × 224 pixels hold, which suits the caches of a CPU."""

    trajectory_frames: int = 0
    """Pictures kept on the way from start to end, evenly spaced; 0 keeps none."""

    clip_percent: float = 5.0
    """Opacity display: this share of the strongest pixels is fully opaque."""

    blur_fraction: float = 4 / 512
    """Opacity display: sd of the blur, as a fraction of the canvas side."""

    def __post_init__(self) -> None:
        _check_choice("parameterization", self.parameterization, ParameterizationName)
        _check_choice("optimizer", self.optimizer, OptimizerName)
        _check_choice("crop_law", self.crop_law, CropLaw)
        for name in ("steps", "draws_per_step"):
            _check(name, getattr(self, name), at_least=1)
        for name in ("learning_rate", "desaturation"):
            _check(name, getattr(self, name), above=0)
        for name in ("decay_power", "noise_sd", "noise_range", "blur_fraction"):
            _check(name, getattr(self, name), at_least=0)
        _check("cool_down", self.cool_down, at_least=0, at_most=1)
        _check("clip_percent", self.clip_percent, at_least=0, at_most=99)
        _check("trajectory_frames", self.trajectory_frames, at_least=0)
        if self.trajectory_frames == 1:
            raise ConfigError("trajectory_frames must be 0, or at least 2; got 1")
        if self.canvas_px is not None:
            _check("canvas_px", self.canvas_px, at_least=16)
        if self.pictures_per_pass is not None:
            _check("pictures_per_pass", self.pictures_per_pass, at_least=1)
        low, high = self.crop_range
        if not 0 < low <= high <= 1:
            raise ConfigError(
                f"crop_range must satisfy 0 < low <= high <= 1; got {self.crop_range}"
            )

    def jobs_per_pass(self, input_px: int) -> int:
        """Jobs that are searched together on a network that sees `input_px` squared."""
        pictures = self.pictures_per_pass or _PIXELS_PER_PASS // input_px**2
        return max(1, pictures // self.draws_per_step)

    @property
    def crops_per_job(self) -> int:
        """Crops that one job sends through the network: the measure of its work."""
        return self.steps * self.draws_per_step

    def with_changes(self, **changes: Any) -> Self:
        """The same settings but for those given; None leaves one as it is.

        Raises:
            ConfigError: there is no such setting, or its value is out of range.
        """
        known = {field.name for field in dataclasses.fields(self)}
        for name in changes:
            if name not in known:
                near = ", ".join(get_close_matches(name, known)) or "none"
                raise ConfigError(f"no setting {name!r}; close names: {near}")
        given = {name: value for name, value in changes.items() if value is not None}
        return dataclasses.replace(self, **given)


@dataclass(frozen=True, kw_only=True, slots=True)
class AccentuationConfig(SearchConfig):
    """How seed images are pushed towards features."""

    steps: int = 40
    learning_rate: float = 0.03
    optimizer: OptimizerName = "shared_adam"
    cool_down: float = 0.3
    parameterization: ParameterizationName = "fourier"
    decay_power: float = 0.75
    desaturation: float = 5.0
    decorrelate: bool = True
    draws_per_step: int = 4
    crop_law: CropLaw = "uniform"
    crop_range: tuple[float, float] = (0.4, 0.99)
    noise_sd: float = 0.02
    noise_range: float = 0.02

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
        _check("balance_draws", self.balance_draws, at_least=1)
        for name in (
            "regularization_weight",
            "balance_offset",
            "distance_smoothing",
            "pixel_weight",
            "total_variation_weight",
            "spectrum_weight",
        ):
            _check(name, getattr(self, name), at_least=0)
        _check_choice("distance", self.distance, DistanceName)
        _check_choice("penalty_side", self.penalty_side, PenaltySide)
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
            _check("layer_weights", weight, at_least=0)
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
        """Named settings: `default` or `faccent`.

        Raises:
            ConfigError: there is no preset of that name.
        """
        if name not in _PRESETS:
            raise ConfigError(
                f"no preset {name!r}; there are: {', '.join(sorted(_PRESETS))}"
            )
        return cls(**_PRESETS[name])


_PRESETS: dict[str, dict[str, Any]] = {
    "default": {},
    # Constants of the public reference implementation; resampling stays ours.
    "faccent": {
        "steps": 98,
        "learning_rate": 0.05,
        "optimizer": "adam",
        "cool_down": 0.0,
        "decay_power": 1.0,
        "draws_per_step": 16,
        "crop_range": (0.05, 0.99),
        "noise_sd": 0.02,
        "noise_range": 0.02,
        "regularization_weight": 1.0,
        "balance_draws": 16,
        "balance_offset": 0.0,
        "distance_smoothing": 0.0,
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class VisualizationConfig(SearchConfig):
    """How pictures of features are grown from noise."""

    steps: int = 64
    learning_rate: float = 0.03
    optimizer: OptimizerName = "shared_adam"
    cool_down: float = 0.3
    parameterization: ParameterizationName = "fourier"
    decay_power: float = 0.75
    desaturation: float = 5.0
    decorrelate: bool = True
    draws_per_step: int = 4
    crop_law: CropLaw = "uniform"
    crop_range: tuple[float, float] = (0.4, 0.99)
    noise_sd: float = 0.02
    noise_range: float = 0.02

    @property
    def crops_per_job(self) -> int:
        """Those that probe whether the noise can move, and those of the steps."""
        return PROBE_DRAWS + self.steps * self.draws_per_step

    def __post_init__(self) -> None:
        SearchConfig.__post_init__(self)
        if self.parameterization == "fourier_phase_gated":
            raise ConfigError(
                "fourier_phase_gated starts from an image; "
                "use fourier_phase to start from noise"
            )


def _check(
    name: str,
    value: float,
    *,
    above: float | None = None,
    at_least: float | None = None,
    at_most: float | None = None,
) -> None:
    if not math.isfinite(value):
        raise ConfigError(f"{name} must be a finite number; got {value}")
    if above is not None and not value > above:
        raise ConfigError(f"{name} must be above {above:g}; got {value}")
    if at_least is not None and not value >= at_least:
        raise ConfigError(f"{name} must be at least {at_least:g}; got {value}")
    if at_most is not None and not value <= at_most:
        raise ConfigError(f"{name} must be at most {at_most:g}; got {value}")


def _check_choice(name: str, value: str, choices: Any) -> None:
    if value not in get_args(choices):
        options = ", ".join(get_args(choices))
        raise ConfigError(f"{name} must be one of {options}; got {value!r}")
