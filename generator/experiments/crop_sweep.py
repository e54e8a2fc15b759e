"""What the size of the random crops does: small parts, or the whole picture."""

import re

from generator.errors import ConfigError
from generator.experiments.scene import Scene
from generator.experiments.studio import Plan
from generator.experiments.sweep import Setting, plan_sweep

SIDES = ("0.05-0.99", "0.05-0.50", "0.25-0.99", "0.50-0.99", "0.85-0.95", "0.90-0.99")

_RANGE = re.compile(r"(\d*\.?\d+)-(\d*\.?\d+)")


def plan(scene: Scene) -> Plan:
    """One column for each range of sides.

    Raises:
        ConfigError: a range is malformed or out of bounds.
    """
    settings = [
        Setting(
            label=f"sides {low:.2f} to {high:.2f}",
            config=scene.config.with_changes(crop_range=(low, high)),
            columns={"crop_low": low, "crop_high": high},
        )
        for low, high in map(_sides, scene.request.values or SIDES)
    ]
    return plan_sweep(
        scene,
        settings,
        title="Crop sides",
        note="Smallest and largest side of the crops, as fractions of the picture's "
        f"side; crop law {scene.config.crop_law}.",
    )


def _sides(text: str) -> tuple[float, float]:
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ConfigError(
            f"a range of crop sides is written LOW-HIGH; got {text!r}. "
            f"Example: --values {' '.join(SIDES[:2])}"
        )
    return float(found[1]), float(found[2])
