"""The sections in the order they are computed and shown.

A section NAME is a function here and, where it is shown, a template
`templates/sections/NAME.html`; its value stands in results.json under NAME.
"""

from collections.abc import Callable, Mapping
from typing import Any

from analysis.analysed import Analysed
from analysis.sections import (
    against_chance,
    consistency,
    design_audit,
    detection,
    feature_scores,
    insight,
    moderators,
    multiverse,
    people,
    primary,
    reliabilities,
    robustness,
    timing,
)

SECTIONS: Mapping[str, Callable[[Analysed], Any]] = {
    "primary": primary.compute,
    "robustness": robustness.compute,
    "against_chance": against_chance.compute,
    "multiverse": multiverse.compute,
    "detection": detection.compute,
    "insight": insight.compute,
    "timing": timing.compute,
    "feature_scores": feature_scores.compute,
    "reliability": reliabilities.compute,
    "error_consistency": consistency.compute,
    "moderators": moderators.compute,
    "design_audit": design_audit.compute,
    "people": people.compute,
}
"""Key in results.json -> the function that computes it."""
