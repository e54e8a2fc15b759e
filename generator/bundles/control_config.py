"""Which control pictures a plan asks for, and how kinds of picture are matched.

No torch.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from generator.errors import ConfigError

ControlName = Literal[
    "random_feature",
    "random_direction",
    "unrelated_class",
    "adversarial",
    "random_weights",
    "random_weights_cascade",
]
"""What a control shows. `random_feature`, `random_direction`: that any optimization
changes a picture. `unrelated_class`: whether content is found or invented.
`adversarial`: what the priors add. `random_weights`, `random_weights_cascade`: that
pictures must change with the network."""

CONTROL_NAMES: tuple[ControlName, ...] = get_args(ControlName)

DISTANCE_TOLERANCE = 0.05
"""Share by which the distance of a matched picture may differ."""


def kind_of(name: ControlName) -> str:
    """The kind of stimulus that a control makes."""
    return f"accentuation_{name}"


CONTROL_KINDS: dict[str, ControlName] = {kind_of(name): name for name in CONTROL_NAMES}
"""Each kind of stimulus that a control makes, with the control's name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlsConfig:
    """Pictures made from the same seed images, that explain the feature no better."""

    kinds: tuple[ControlName, ...] = ()
    """Which controls; empty for none."""

    cascade_steps: int = 2
    """`random_weights_cascade`: depths at which the network is randomized from the
    top, evenly spaced between none and all of its layers; each gives one picture for
    each seed image."""

    def __post_init__(self) -> None:
        if len(set(self.kinds)) < len(self.kinds):
            raise ConfigError(f"kinds names a control twice: {', '.join(self.kinds)}")
        if self.cascade_steps < 1:
            raise ConfigError(
                f"cascade_steps must be at least 1; got {self.cascade_steps}"
            )

    def pictures_per_seed(self, name: ControlName) -> int:
        """Control pictures of one kind made from one seed image."""
        return self.cascade_steps if name == "random_weights_cascade" else 1


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchingConfig:
    """What is held equal between kinds of picture; what cannot be is an error."""

    activation: bool = False
    """Bring accentuations and feature visualizations to the median activation of the
    feature's exemplars, instead of as far as their steps carry them."""

    percentile_points: float = 2.0
    """With `activation`: how far the mean percentiles of two kinds may lie apart."""

    distance: bool = True
    """Stop each control where it is as far from its seed image as the accentuation
    is, within 5 percent. False: controls take the accentuation's steps."""

    def __post_init__(self) -> None:
        if not 0 < self.percentile_points <= 100:
            raise ConfigError(
                "percentile_points must be above 0 and at most 100; "
                f"got {self.percentile_points}"
            )
