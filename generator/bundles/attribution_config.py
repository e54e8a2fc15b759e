"""How the attribution pictures of a bundle are made. No torch."""

from dataclasses import dataclass

from generator.attribution.settings import AttributionConfig, MethodName
from generator.errors import ConfigError


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributionPlan(AttributionConfig):
    """Which heat map is laid over the seed images."""

    method: MethodName = "grad_cam_relu"
    """Needs no extra library; so do `grad_cam` and `rise`. Features of a network's
    first layers have no earlier layer to read, so they need `rise` or a gradient."""

    overlay_opacity: float = 0.7
    """Of the heat where the map is strongest; where it is 0, the photograph stays."""

    def __post_init__(self) -> None:
        AttributionConfig.__post_init__(self)
        if not 0 < self.overlay_opacity <= 1:
            raise ConfigError(
                "overlay_opacity must be above 0 and at most 1; "
                f"got {self.overlay_opacity}"
            )
