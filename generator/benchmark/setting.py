"""What is held equal when libraries are timed side by side. No torch."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from generator.config_checks import check_number
from generator.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchmarkSetting:
    """One accentuation that every library is asked for."""

    photograph: Path
    """The picture changed. Every library gets the same pixels of it."""

    network: str = "googlenet"
    """A classifier of torchvision; the peers know no others."""

    weights: Path | None = None
    """State dict, `.safetensors` or `.pth`. None: untrained weights."""

    random_weights: int = 0
    """rng seed of the untrained weights, where no file is given."""

    logit: int = 0
    """The feature: this output before the softmax, counted from 0."""

    canvas_px: int = 512
    """Side of the picture that is optimized, pixels."""

    draws_per_step: int = 16
    """Crops of the network's input size that each step looks at."""

    steps: int = 20
    """Optimizer steps; the first one is left out of the seconds per step."""

    regularization_layer: str | None = "inception4a"
    """Layer where the picture is held near the photograph. None: no penalty."""

    regularization_weight: float | None = None
    """The penalty's weight, in the library's own unit. None: its own default."""

    rng_seed: int = 0
    """Seed of the library's random numbers."""

    n_threads: int = 1
    """CPU threads of the network's and the library's arithmetic."""

    device: str = "cpu"
    """`cpu`, `cuda` or `cuda:N`."""

    def __post_init__(self) -> None:
        for name in ("canvas_px", "draws_per_step", "n_threads"):
            check_number(name, getattr(self, name), at_least=1)
        for name in ("logit", "random_weights", "rng_seed"):
            check_number(name, getattr(self, name), at_least=0)
        check_number("steps", self.steps, at_least=2)
        if self.regularization_weight is not None:
            check_number("regularization_weight", self.regularization_weight, above=0)
        if self.canvas_px % 2:  # the peers' Fourier forms fail on odd sides
            raise ConfigError(
                f"canvas_px must be even, or the peers fail; got {self.canvas_px}"
            )

    def to_json(self) -> dict[str, Any]:
        """Every field as JSON takes it; paths as text."""
        values = asdict(self)
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in values.items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "BenchmarkSetting":
        """The setting that `to_json` wrote.

        Raises:
            ConfigError: a field is unknown, missing or out of range.
        """
        known = {field.name for field in fields(cls)}
        if unknown := sorted(values.keys() - known):
            raise ConfigError(
                f"a benchmark setting has no {', '.join(unknown)}; "
                f"it has {', '.join(sorted(known))}"
            )
        if "photograph" not in values:
            raise ConfigError("a benchmark setting names its photograph; got none")
        weights = values.get("weights")
        paths = {
            "photograph": Path(values["photograph"]),
            "weights": None if weights is None else Path(weights),
        }
        return cls(**{**values, **paths})
