"""Settings that all searches for pictures share, checked once when made. No torch."""

import dataclasses
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Self

from generator.config_checks import check_choice, check_fractions, check_number
from generator.errors import ConfigError
from generator.search.choices import (
    CropLaw,
    CropOutside,
    NoisePlace,
    NoiseUnit,
    OptimizerName,
    ParameterizationName,
    PhaseLaw,
    Precision,
    ResizeLaw,
)

LARGEST_CANVAS_PX = 4096


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchConfig:
    """How pictures are searched for: what accentuation and visualization share."""

    steps: int = 40
    """Optimization steps."""

    learning_rate: float = 0.03
    """Step size of the optimizer, in parameter units."""

    optimizer: OptimizerName = "shared_adam"
    """`adam` scales each parameter's step by that parameter's own gradients;
    `shared_adam` by those of the whole picture, so that what matters little to the
    feature moves little; `nadam` is `adam` that looks one step ahead; `sgd` takes
    plain steps along the gradient."""

    mean_decay: float = 0.9
    """β₁: what the running mean of the gradients keeps at each step. Not for `sgd`."""

    square_decay: float = 0.999
    """β₂: what the running mean of their squares keeps at each step. Not for `sgd`."""

    cool_down: float = 0.3
    """Share of the steps, at the end, in which the step size falls to zero."""

    pgd_radius: float | None = None
    """`sgd`: longest distance of a picture from the one it starts from, Euclidean over
    all RGB values; further steps are projected back. None: no limit."""

    parameterization: ParameterizationName = "fourier"

    decay_power: float = 0.75
    """`fourier`, `fourier_bordered`, `laplacian`: frequency f moves in proportion to f
    to the minus this power."""

    desaturation: float = 5.0
    """Divides every step; not of phases."""

    unnormalized_fourier: bool = False
    """Steps are those of coefficients of an un-normalized transform: they are divided
    by the root of the number of pixels too."""

    decorrelate: bool = True
    """Search in color channels that vary independently in natural images."""

    border_factor: float = 2.0
    """`fourier_bordered`: side of the hidden canvas over the picture's side."""

    phase_law: PhaseLaw = "uniform"
    """Phases from noise start uniform over the full turn (`uniform`), or normal and
    are kept at mean 0 and sd 1 within each picture (`standardized`)."""

    standardize_noise: bool | None = None
    """Pictures from noise: mean 0 and sd 1 before the sigmoid. None: only phases."""

    draws_per_step: int = 4
    """Random crops averaged in each step."""

    crop_law: CropLaw = "uniform"
    """Where crops lie. `uniform`: anywhere inside the canvas; `truncated`: the same,
    cut down to whole pixels; `centered`: normally around the centre; `maco`: so too,
    sides shrink during the run; `toroidal`: anywhere, wrapping round; `padded`:
    anywhere, also partly outside; `jitter`: the whole canvas, padded, shifted, scaled
    and turned."""

    crop_range: tuple[float, float] = (0.4, 0.99)
    """Smallest and largest crop side, as a fraction of the canvas side."""

    crop_center_sd: float = 0.05
    """`centered` and `maco`: sd of the crop's centre, fraction of the canvas side."""

    crop_stays_inside: bool = True
    """`centered` and `maco`: move crops that would leave the canvas back into it."""

    crop_side_path: tuple[float, float] = (0.5, 0.05)
    """`maco`: mean crop side in the first and in the last step, fraction."""

    crop_side_sd: float = 0.05
    """`maco`: sd of the crop side, before it is clipped to `crop_range`."""

    crop_outside: CropOutside = "mean"
    """What crops see beyond the canvas: its mean color, or gray of 0.5."""

    jitter_pad: float = 12 / 128
    """`jitter`: width of the border added on each side, fraction of the side."""

    jitter_shifts: tuple[float, float] = (8 / 128, 4 / 128)
    """`jitter`: range of the shift before and after turning, fraction of the side."""

    jitter_scale: tuple[float, float] = (0.9, 1.1)
    """`jitter`: smallest and largest of eleven evenly spaced enlargements."""

    jitter_turn_degrees: int = 10
    """`jitter`: turned by a whole number of degrees up to this, either way."""

    resize_law: ResizeLaw = "half_pixel"
    """Crops are resized antialiased and bilinear, pixels being squares
    (`half_pixel`), or as PyTorch's aligned corners do, which shifts by up to about
    one pixel (`aligned`)."""

    value_range: tuple[float, float] | None = None
    """Black and white as the network gets them. None: its own mean and sd."""

    noise_sd: float = 0.02
    """Normal noise on each crop, in `noise_unit`."""

    noise_range: float = 0.02
    """Width of the uniform noise added to it, in `noise_unit`."""

    noise_at: NoisePlace = "input"
    """Added at the resolution of the network's input, or to the `crop` before it is
    resized: then its strength depends on the crop's size."""

    noise_unit: NoiseUnit = "image"
    """Noise is measured on the scale where white minus black is 1, or on the scale of
    `value_range`."""

    canvas_px: int | None = None
    """Side of the picture. None: 8/7 of the network's input."""

    pictures_per_pass: int | None = None
    """Crops that go through the network at once: bounds the memory needed. None: what
    suits the caches of a CPU, or fits into an accelerator's `memory_budget_mb`."""

    memory_budget_mb: int | None = None
    """Memory of an accelerator that a pass may take, MiB. None: 80 percent of what is
    free. A CPU's passes are small anyway."""

    precision: Precision = "float32"
    """How the network computes while it is searched; all else is in full float32, what
    is reported too. `tf32` needs CUDA. A job whose gradients are others than those in
    float32 (cosine below 0.99) is searched in float32."""

    deterministic: bool = False
    """The same bytes for a job alone, in any company and in any order: each job has
    passes of its own, of one size, through deterministic algorithms. Same machine,
    versions and number of threads."""

    trajectory_frames: int = 0
    """Pictures kept on the way from start to end, evenly spaced; 0 keeps none."""

    clip_percent: float = 5.0
    """Opacity display: this share of the strongest pixels is fully opaque."""

    blur_fraction: float = 4 / 512
    """Opacity display: sd of the blur, as a fraction of the canvas side."""

    def __post_init__(self) -> None:
        self._check_loop()
        self._check_ball()
        self._check_crops()
        self._check_noise()

    def _check_loop(self) -> None:
        check_choice("parameterization", self.parameterization, ParameterizationName)
        check_choice("optimizer", self.optimizer, OptimizerName)
        check_choice("phase_law", self.phase_law, PhaseLaw)
        check_choice("precision", self.precision, Precision)
        for name in ("steps", "draws_per_step"):
            check_number(name, getattr(self, name), at_least=1)
        for name in ("learning_rate", "desaturation"):
            check_number(name, getattr(self, name), above=0)
        for name in ("mean_decay", "square_decay"):
            check_number(name, getattr(self, name), at_least=0, below=1)
        for name in ("decay_power", "blur_fraction"):
            check_number(name, getattr(self, name), at_least=0)
        check_number("border_factor", self.border_factor, at_least=1, at_most=8)
        check_number("cool_down", self.cool_down, at_least=0, at_most=1)
        check_number("clip_percent", self.clip_percent, at_least=0, at_most=99)
        check_number("trajectory_frames", self.trajectory_frames, at_least=0)
        if self.trajectory_frames == 1:
            raise ConfigError("trajectory_frames must be 0, or at least 2; got 1")
        if self.canvas_px is not None:
            most = LARGEST_CANVAS_PX  # beyond it memory runs out without a word
            check_number("canvas_px", self.canvas_px, at_least=16, at_most=most)
        if self.pictures_per_pass is not None:
            check_number("pictures_per_pass", self.pictures_per_pass, at_least=1)
        if self.memory_budget_mb is not None:
            check_number("memory_budget_mb", self.memory_budget_mb, at_least=1)

    def _check_ball(self) -> None:
        if self.pgd_radius is None:
            return
        check_number("pgd_radius", self.pgd_radius, above=0)
        if self.optimizer != "sgd":
            raise ConfigError(
                "pgd_radius needs the optimizer 'sgd', which has no memory of "
                f"steps that were taken back; got {self.optimizer!r}"
            )
        if self.parameterization.startswith("fourier_phase"):
            raise ConfigError(
                "pgd_radius needs a parameterization that reaches every picture; "
                f"got {self.parameterization!r}. Use fourier or pixel."
            )

    def _check_crops(self) -> None:
        check_choice("crop_law", self.crop_law, CropLaw)
        check_choice("crop_outside", self.crop_outside, CropOutside)
        check_choice("resize_law", self.resize_law, ResizeLaw)
        check_fractions("crop_range", self.crop_range)
        for side in self.crop_side_path:
            check_number("crop_side_path", side, above=0, at_most=1)
        for name in ("crop_center_sd", "crop_side_sd"):
            check_number(name, getattr(self, name), at_least=0, at_most=1)
        check_number("jitter_pad", self.jitter_pad, at_least=0, at_most=1)
        for shift in self.jitter_shifts:
            check_number("jitter_shifts", shift, at_least=0, at_most=0.5)
        smallest, largest = self.jitter_scale
        check_number("jitter_scale", smallest, at_least=0.1)
        check_number("jitter_scale", largest, at_least=smallest, at_most=10)
        check_number(
            "jitter_turn_degrees", self.jitter_turn_degrees, at_least=0, at_most=180
        )
        if self.resize_law == "aligned" and not self.crops_stay_inside:
            raise ConfigError(
                "resize_law 'aligned' needs crops that stay inside the canvas; "
                f"got crop_law {self.crop_law!r}. Use resize_law 'half_pixel'."
            )

    def _check_noise(self) -> None:
        check_choice("noise_at", self.noise_at, NoisePlace)
        check_choice("noise_unit", self.noise_unit, NoiseUnit)
        for name in ("noise_sd", "noise_range"):
            check_number(name, getattr(self, name), at_least=0)
        if self.value_range is not None:
            black, white = self.value_range
            check_number("value_range", black)
            check_number("value_range", white, above=black)
        elif self.noise_unit == "range":
            raise ConfigError(
                "noise_unit 'range' needs a value_range, e.g. (-2, 2); got None"
            )
        if self.noise_at == "crop" and not self.crops_stay_inside:
            raise ConfigError(
                "noise_at 'crop' needs crops that stay inside the canvas; "
                f"got crop_law {self.crop_law!r}. Use noise_at 'input'."
            )

    @property
    def crops_stay_inside(self) -> bool:
        """No crop sees anything but the canvas, as it lies."""
        if self.crop_law in {"centered", "maco"}:
            return self.crop_stays_inside
        return self.crop_law in {"uniform", "truncated"}

    @property
    def noise_scale(self) -> float:
        """One unit of noise, in image units."""
        if self.noise_unit == "image" or self.value_range is None:
            return 1.0
        black, white = self.value_range
        return 1 / (white - black)

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
