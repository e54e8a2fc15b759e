"""Whether the parts of a manifest point at each other rightly."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from study_server.bundle_kinds import (
    LISTED_KINDS,
    OPTIONAL_KINDS,
    PER_SEED_IMAGE,
    STRATA,
)
from study_server.errors import BundleError

if TYPE_CHECKING:
    from study_server.bundle import Bundle, Feature


def check_references(bundle: "Bundle", *, n_stimuli: int) -> None:
    """Refuse a manifest whose parts point past each other."""
    path = bundle.folder / "manifest.json"
    if len(bundle.stimuli) != n_stimuli:
        raise BundleError(f"{path}: a stimulus_id occurs twice")
    for fault in _faults(bundle):
        raise BundleError(f"{path}: {fault}")


def _faults(bundle: "Bundle") -> Iterator[str]:
    feature_ids = [feature.feature_id for feature in bundle.features]
    yield from _repeats("feature_id", feature_ids)
    yield from _repeats("query_pair_id", [p.query_pair_id for p in bundle.query_pairs])
    if len({(s.width_px, s.height_px) for s in bundle.stimuli.values()}) > 1:
        yield "the images are not all of one size"
    for stimulus in bundle.stimuli.values():
        if stimulus.feature_id not in feature_ids:
            yield f"{stimulus.file}: unknown feature {stimulus.feature_id!r}"
    for feature in bundle.features:
        yield from _feature_faults(bundle, feature)
    for pair in bundle.query_pairs:
        if pair.feature_id not in feature_ids:
            yield f"pair {pair.query_pair_id!r}: unknown feature {pair.feature_id!r}"
        if pair.stratum not in STRATA:
            yield f"pair {pair.query_pair_id!r}: unknown stratum {pair.stratum!r}"


def _repeats(name: str, values: list[str]) -> Iterator[str]:
    for value in sorted({v for v in values if values.count(v) > 1}):
        yield f"{name} {value!r} occurs twice"


def _feature_faults(bundle: "Bundle", feature: "Feature") -> Iterator[str]:
    listed: list[str] = []
    for name, kind in {**LISTED_KINDS, **OPTIONAL_KINDS}.items():
        for stimulus_id in getattr(feature, name):
            listed.append(stimulus_id)
            yield from _stimulus_faults(bundle, feature, name, stimulus_id, kind)
    for kind, stimulus_ids in feature.controls.items():
        for stimulus_id in stimulus_ids:
            listed.append(stimulus_id)
            yield from _stimulus_faults(bundle, feature, kind, stimulus_id, kind)
    kinds = {**LISTED_KINDS, **OPTIONAL_KINDS}
    for name in PER_SEED_IMAGE:
        seeds = [bundle.stimuli[i].seed_image_id for i in getattr(feature, name)]
        is_left_out = name in OPTIONAL_KINDS and not seeds
        if seeds != list(feature.seed_images) and not is_left_out:
            yield (
                f"feature {feature.feature_id!r}: the i-th "
                f"{kinds[name].replace('_', ' ')} must be made from the i-th "
                "seed image"
            )
    for pair in bundle.pairs_of(feature.feature_id):
        name = f"query pair {pair.query_pair_id!r}"
        if pair.high_stimulus_id == pair.low_stimulus_id:
            yield f"{name} shows the same image twice"
        for stimulus_id in (pair.high_stimulus_id, pair.low_stimulus_id):
            yield from _stimulus_faults(bundle, feature, name, stimulus_id, "natural")
            if stimulus_id in listed:
                yield f"{name}: image {stimulus_id!r} is also in a panel"
    yield from _occlusion_faults(bundle, feature, listed)
    for fault in _repeats("stimulus", listed):
        yield f"feature {feature.feature_id!r}: {fault} in its panels"


def _occlusion_faults(
    bundle: "Bundle", feature: "Feature", listed: list[str]
) -> Iterator[str]:
    for one in feature.occlusions:
        name = f"occlusion {one.occlusion_id!r}"
        yield from _stimulus_faults(bundle, feature, name, one.stimulus_id, "natural")
        for stimulus_id in (one.most_stimulus_id, one.least_stimulus_id):
            yield from _stimulus_faults(bundle, feature, name, stimulus_id, "occlusion")
        if one.stimulus_id in listed:
            yield f"{name}: image {one.stimulus_id!r} is also in a panel"


def _stimulus_faults(
    bundle: "Bundle", feature: "Feature", name: str, stimulus_id: str, kind: str
) -> Iterator[str]:
    stimulus = bundle.stimuli.get(stimulus_id)
    if stimulus is None:
        yield f"feature {feature.feature_id!r}: {name} names no image {stimulus_id!r}"
    elif (stimulus.kind, stimulus.feature_id) != (kind, feature.feature_id):
        yield (
            f"feature {feature.feature_id!r}: {name} lists {stimulus_id!r}, which is "
            f"{stimulus.kind!r} of {stimulus.feature_id!r}, not {kind!r} of its own"
        )
