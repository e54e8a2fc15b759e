"""What one report is made from and how. Checked once, written into the results."""

from dataclasses import dataclass
from pathlib import Path

from analysis.errors import ConfigError

FIGURE_FORMATS = ("svg", "pdf", "png")
"""What a figure can be written as."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AnalysisConfig:
    """How intervals and tests are computed."""

    level: float = 0.95
    """Nominal coverage of every interval."""

    n_resamples: int = 10_000
    """Resamples of each bootstrap."""

    n_flips: int = 100_000
    """Sign flips drawn where they cannot all be enumerated."""

    rng_seed: int = 0
    """Seed of every random number; each use has its own stream of it."""

    second_engine_up_to: int = 5_000
    """Responses up to which a second program must agree with the primary fit."""

    multiverse_fits_up_to: int = 20_000
    """Responses up to which the primary fit is repeated with rules left out."""

    def __post_init__(self) -> None:
        if not 0.5 <= self.level < 1:
            raise ConfigError(f"level must lie in [0.5, 1); got {self.level}")
        if self.n_resamples < 100:
            raise ConfigError(
                f"n_resamples must be at least 100; got {self.n_resamples}"
            )
        if self.n_flips < 100:
            raise ConfigError(f"n_flips must be at least 100; got {self.n_flips}")
        if self.rng_seed < 0:
            raise ConfigError(f"rng_seed must not be negative; got {self.rng_seed}")


@dataclass(frozen=True, kw_only=True, slots=True)
class ReportConfig:
    """Where a report comes from and goes to."""

    export_path: Path
    """The study export, a zip."""

    out_dir: Path
    """Folder made by the report."""

    more_export_paths: tuple[Path, ...] = ()
    """Further exports of the same study, read together with it."""

    planted_path: Path | None = None
    """Observer file of a simulation, with its planted accuracies. None: real study."""

    bundle_dir: Path | None = None
    """Stimulus bundle of the study, for the features' names. None: ids only."""

    preregistration_path: Path | None = None
    """What was decided before the data were seen. None: everything is exploratory."""

    figure_formats: tuple[str, ...] = FIGURE_FORMATS
    """Formats of the figure files, some of `FIGURE_FORMATS`. The page has its own."""

    png_dpi: int = 300
    """Resolution of the PNG figures, in dots per inch."""

    analysis: AnalysisConfig = AnalysisConfig()
    """How intervals and tests are computed."""

    @property
    def all_export_paths(self) -> tuple[Path, ...]:
        """Every export that the report is made of."""
        return (self.export_path, *self.more_export_paths)

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.figure_formats) - set(FIGURE_FORMATS)):
            raise ConfigError(
                f"unknown figure format {', '.join(map(repr, unknown))}; figures are "
                f"written as {', '.join(FIGURE_FORMATS)}, or any of them."
            )
