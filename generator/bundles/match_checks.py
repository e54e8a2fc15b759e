"""Whether kinds of picture share what a bundle says they share. No torch."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from statistics import fmean
from typing import Any

from generator.bundles.control_config import (
    CONTROL_KINDS,
    DISTANCE_TOLERANCE,
    MatchingConfig,
)
from generator.goals.target import TARGET_TOLERANCE

Record = Mapping[str, Any]

_COMPARED = {
    "natural": "natural",
    "accentuations": "accentuation",
    "feature_visualizations": "feature_visualization",
}
"""Lists of a feature whose mean percentiles are compared, with their kinds."""


def describe_matching(config: MatchingConfig) -> dict[str, Any]:
    """The `matching` object of a manifest."""
    return asdict(config) | {
        "distance_tolerance": DISTANCE_TOLERANCE,
        "activation_tolerance": TARGET_TOLERANCE,
    }


def find_match_faults(manifest: Record, stimuli: Mapping[str, Record]) -> Iterable[str]:
    """Sets that are not matched as the manifest says, each as a sentence."""
    matching = manifest["matching"]
    missing = sorted(describe_matching(MatchingConfig()).keys() - matching.keys())
    if missing:
        yield f"matching has no key {', '.join(missing)}"
        return
    for feature in manifest["features"]:
        if matching["activation"]:
            yield from _percentile_faults(feature, stimuli, matching)
        for kind, stimulus_ids in feature["controls"].items():
            for stimulus_id in stimulus_ids:
                yield from _control_faults(feature, kind, stimulus_id, stimuli)


def _percentile_faults(
    feature: Record, stimuli: Mapping[str, Record], matching: Record
) -> Iterable[str]:
    """Mean percentiles that lie apart, and made pictures that miss their level."""
    means = {}
    for name, kind in _COMPARED.items():
        shown = [stimuli[one] for one in feature[name] if one in stimuli]
        percentiles = [one["activation_percentile"] for one in shown]
        if any(value is None for value in percentiles):
            yield f"{feature['feature_id']}: a {kind} has no activation_percentile"
            return
        if percentiles:
            means[kind] = fmean(percentiles)
        for one in shown:
            yield from _target_faults(one) if kind != "natural" else ()
    gap = max(means.values()) - min(means.values()) if means else 0.0
    if gap > matching["percentile_points"]:
        numbers = ", ".join(f"{kind} {mean:.1f}" for kind, mean in means.items())
        yield (
            f"{feature['feature_id']}: mean percentiles lie {gap:.1f} points apart "
            f"({numbers}); at most {matching['percentile_points']:g} are allowed"
        )


def _target_faults(stimulus: Record) -> Iterable[str]:
    where = f"{stimulus['kind']} {stimulus['stimulus_id']}"
    target = stimulus["target"]
    if target is None:
        yield f"{where} was not brought to an activation, but matching says so"
        return
    yield from _apart(
        where,
        "activation",
        stimulus["activation"],
        target["wanted"],
        TARGET_TOLERANCE * target["natural_range"],
    )


def _control_faults(
    feature: Record, kind: str, stimulus_id: str, stimuli: Mapping[str, Record]
) -> Iterable[str]:
    """A control of another kind, feature or seed image, or not where it must be."""
    where = f"{feature['feature_id']}.controls.{kind}"
    one = stimuli.get(stimulus_id)
    if kind not in CONTROL_KINDS or one is None or one["kind"] != kind:
        yield f"{where} names {stimulus_id}, which is no control of that kind"
        return
    if one["feature_id"] != feature["feature_id"] or (
        one["seed_image_id"] not in feature["seed_images"]
    ):
        yield f"{where}: {stimulus_id} is not made from a seed image of the feature"
        return
    control = one["control"]
    if control is None:
        yield f"{where}: {stimulus_id} does not say what it was made with"
        return
    matched_on = control["matched_on"]
    if matched_on is None:
        return
    number = feature["seed_images"].index(one["seed_image_id"])
    wanted = stimuli[feature["accentuations"][number]][matched_on]
    tolerance = (
        DISTANCE_TOLERANCE * wanted
        if matched_on == "latent_distance"
        else TARGET_TOLERANCE * control["natural_range"]
    )
    yield from _apart(where, matched_on, one[matched_on], wanted, tolerance)


def _apart(
    where: str, name: str, found: float | None, wanted: float, tolerance: float
) -> Iterable[str]:
    if found is None or not abs(found - wanted) <= tolerance:
        yield (
            f"{where}: {name.replace('_', ' ')} must be {wanted:.4g} within "
            f"{tolerance:.2g}; got {found}"
        )
