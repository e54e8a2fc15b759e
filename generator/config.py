"""Settings of accentuation and of visualization, each checked once when made.

No torch.
"""

from dataclasses import dataclass

from generator.config_checks import check_number
from generator.errors import ConfigError
from generator.presets import ACCENTUATION_PRESETS, VISUALIZATION_PRESETS, preset
from generator.search_config import CropLaw as CropLaw
from generator.search_config import OptimizerName as OptimizerName
from generator.search_config import ParameterizationName as ParameterizationName
from generator.search_config import SearchConfig as SearchConfig

PROBE_DRAWS = 16
"""Crops that decide whether a feature responds to changes of a noise start at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AccentuationConfig(SearchConfig):
    """How seed images are pushed towards features."""

    regularization_layer: str | None = None
    """Layer whose activations are kept near the seed image's. None: the first stage
    with one position for each 8 × 8 input pixels."""

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

    def __post_init__(self) -> None:
        SearchConfig.__post_init__(self)
        check_number("balance_draws", self.balance_draws, at_least=1)
        for name in ("regularization_weight", "balance_offset", "distance_smoothing"):
            check_number(name, getattr(self, name), at_least=0)
        check_number("black_margin", self.black_margin, at_least=0, at_most=0.1)

    @property
    def crops_per_job(self) -> int:
        """Those of the balance and of the steps."""
        return self.balance_draws + self.steps * self.draws_per_step

    @classmethod
    def preset(cls, name: str) -> "AccentuationConfig":
        """Named settings: `default`, `faccent`, `horama` or `lucid`.

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
