"""The sections in the order they are computed and shown.

A section NAME is a function here and, where it is shown, a template
`templates/sections/NAME.html`; its value stands in results.json under NAME.
"""

from collections.abc import Callable, Mapping
from typing import Any

from analysis.analysed import Analysed
from analysis.sections import (
    against_chance,
    attention,
    consistency,
    design_audit,
    detection,
    feature_scores,
    foils,
    insight,
    machine_baselines,
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
    "foils": foils.compute,
    "multiverse": multiverse.compute,
    "detection": detection.compute,
    "attention": attention.compute,
    "insight": insight.compute,
    "timing": timing.compute,
    "feature_scores": feature_scores.compute,
    "reliability": reliabilities.compute,
    "error_consistency": consistency.compute,
    "machine_baselines": machine_baselines.compute,
    "moderators": moderators.compute,
    "design_audit": design_audit.compute,
    "people": people.compute,
}
"""Key in results.json -> the function that computes it."""
