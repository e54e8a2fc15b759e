"""Reads a stimulus bundle and believes nothing. No Flask, no database."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from study_server.errors import BundleError
from study_server.json_table import Table, parse_table
from study_server.stimulus import Stimulus, check_image, read_file

SCHEMA_VERSION = 2
STIMULUS_ID = re.compile(r"[0-9a-f]{32}")
BUNDLE_ID = re.compile(r"[A-Za-z0-9._-]{1,80}-[0-9a-f]{12}")
CONTROL_KINDS = frozenset(
    {
        "accentuation_random_feature",
        "accentuation_random_direction",
        "accentuation_unrelated_class",
        "accentuation_adversarial",
        "accentuation_random_weights",
        "accentuation_random_weights_cascade",
    }
)
KINDS = CONTROL_KINDS | {
    "natural",
    "seed_image",
    "accentuation",
    "feature_visualization",
    "attribution",
    "opacity_map",
    "masked_accentuation",
}
STRATA = ("near", "far", "within_class")
LISTED_KINDS = {
    "natural": "natural",
    "seed_images": "seed_image",
    "accentuations": "accentuation",
    "feature_visualizations": "feature_visualization",
    "attributions": "attribution",
}
PER_SEED_IMAGE = ("accentuations", "attributions")
"""Lists whose i-th image is made from the i-th seed image."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """What a network responds to, and the images that explain it."""

    feature_id: str
    label: str | None
    layer: str
    unit_index: int | None
    """None for a feature that is no single unit."""
    natural: tuple[str, ...]
    seed_images: tuple[str, ...]
    accentuations: tuple[str, ...]
    feature_visualizations: tuple[str, ...]
    attributions: tuple[str, ...]
    """Seed images under their heat maps, in the order of the seed images."""
    controls: Mapping[str, tuple[str, ...]]
    """Kind to images made from the same seed images, that explain no better."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryPair:
    """Two natural images, one driving the feature more."""

    query_pair_id: str
    feature_id: str
    stratum: str
    high_stimulus_id: str
    low_stimulus_id: str
    activation_gap: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A bundle whose parts fit together."""

    folder: Path
    bundle_id: str
    manifest_sha256: str
    features: tuple[Feature, ...]
    query_pairs: tuple[QueryPair, ...]
    stimuli: Mapping[str, Stimulus]

    def pairs_of(self, feature_id: str) -> tuple[QueryPair, ...]:
        """The query pairs of one feature, in the order of the manifest."""
        return tuple(p for p in self.query_pairs if p.feature_id == feature_id)


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle and check every byte of it.

    Raises:
        BundleError: names the file and the fault.
    """
    bundle = read_manifest(folder)
    for stimulus in bundle.stimuli.values():
        check_image(read_file(folder / stimulus.file), stimulus)
    return bundle


def read_manifest(folder: Path) -> Bundle:
    """Read and check the manifest alone, without opening an image."""
    path = folder / "manifest.json"
    content = read_file(path)
    manifest = parse_table(content, path)
    version = manifest.take("schema_version", int)
    if version != SCHEMA_VERSION:
        raise BundleError(
            f"{path}: schema_version is {version}; this server reads "
            f"{SCHEMA_VERSION}. Make the bundle with a matching generator."
        )
    bundle = Bundle(
        folder=folder,
        bundle_id=_checked_bundle_id(manifest),
        manifest_sha256=hashlib.sha256(content).hexdigest(),
        features=tuple(_feature(row) for row in manifest.rows("features")),
        query_pairs=tuple(_query_pair(row) for row in manifest.rows("query_pairs")),
        stimuli={s.stimulus_id: s for s in map(_stimulus, manifest.rows("stimuli"))},
    )
    check_references(bundle, n_stimuli=len(manifest.take("stimuli", list)))
    return bundle


def content_digest(manifest: Mapping[str, Any]) -> str:
    """The 12 hex digits a bundle id ends with: they seal everything else."""
    sealed = {
        key: value
        for key, value in manifest.items()
        if key not in ("bundle_id", "created_at")
    }
    text = json.dumps(sealed, sort_keys=True, indent=2, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def check_references(bundle: Bundle, *, n_stimuli: int) -> None:
    """Refuse a manifest whose parts point past each other."""
    path = bundle.folder / "manifest.json"
    if len(bundle.stimuli) != n_stimuli:
        raise BundleError(f"{path}: a stimulus_id occurs twice")
    for fault in _faults(bundle):
        raise BundleError(f"{path}: {fault}")


def _checked_bundle_id(manifest: Table) -> str:
    bundle_id = manifest.take("bundle_id", str)
    digest = content_digest(manifest.values)
    if not BUNDLE_ID.fullmatch(bundle_id) or not bundle_id.endswith(f"-{digest}"):
        raise BundleError(
            f"{manifest.place}: bundle_id is {bundle_id!r}, but its content asks for "
            f"an id that ends in -{digest}. The manifest was edited; a bundle never is."
        )
    return bundle_id


def _feature(row: Table) -> Feature:
    return Feature(
        feature_id=row.take("feature_id", str),
        label=row.take_or_none("label"),
        layer=row.take("layer", str),
        unit_index=(
            None
            if row.values.get("unit_index") is None
            else row.take("unit_index", int)
        ),
        natural=row.names("natural"),
        seed_images=row.names("seed_images"),
        accentuations=row.names("accentuations"),
        feature_visualizations=row.names("feature_visualizations"),
        attributions=row.names("attributions"),
        controls=_controls(row),
    )


def _controls(row: Table) -> dict[str, tuple[str, ...]]:
    controls = Table(row.take("controls", dict), f"{row.place}: controls")
    for kind in controls.values:
        if kind not in CONTROL_KINDS:
            raise BundleError(f"{controls.place}: unknown kind {kind!r}")
    return {kind: controls.names(kind) for kind in controls.values}


def _query_pair(row: Table) -> QueryPair:
    return QueryPair(
        query_pair_id=row.take("query_pair_id", str),
        feature_id=row.take("feature_id", str),
        stratum=row.take("stratum", str),
        high_stimulus_id=row.take("high_stimulus_id", str),
        low_stimulus_id=row.take("low_stimulus_id", str),
        activation_gap=row.take("activation_gap", float),
    )


def _stimulus(row: Table) -> Stimulus:
    stimulus_id = row.take("stimulus_id", str)
    if not STIMULUS_ID.fullmatch(stimulus_id):
        raise BundleError(
            f"{row.place}: stimulus_id must be 32 hex digits; got {stimulus_id!r}"
        )
    if row.take("file", str) != f"images/{stimulus_id}.png":
        raise BundleError(
            f"{row.place}: file must be images/{stimulus_id}.png; "
            f"got {row.values['file']!r}"
        )
    if row.take("kind", str) not in KINDS:
        raise BundleError(f"{row.place}: unknown kind {row.values['kind']!r}")
    return Stimulus(
        stimulus_id=stimulus_id,
        kind=row.take("kind", str),
        file=row.take("file", str),
        sha256=row.take("sha256", str),
        width_px=row.take("width_px", int),
        height_px=row.take("height_px", int),
        feature_id=row.take("feature_id", str),
        seed_image_id=row.take_or_none("seed_image_id"),
    )


def _faults(bundle: Bundle) -> Iterator[str]:
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


def _feature_faults(bundle: Bundle, feature: Feature) -> Iterator[str]:
    listed: list[str] = []
    for name, kind in LISTED_KINDS.items():
        for stimulus_id in getattr(feature, name):
            listed.append(stimulus_id)
            yield from _stimulus_faults(bundle, feature, name, stimulus_id, kind)
    for kind, stimulus_ids in feature.controls.items():
        for stimulus_id in stimulus_ids:
            listed.append(stimulus_id)
            yield from _stimulus_faults(bundle, feature, kind, stimulus_id, kind)
    for name in PER_SEED_IMAGE:
        seeds = [bundle.stimuli[i].seed_image_id for i in getattr(feature, name)]
        if seeds != list(feature.seed_images):
            yield (
                f"feature {feature.feature_id!r}: the i-th "
                f"{LISTED_KINDS[name].replace('_', ' ')} must be made from the i-th "
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
    for fault in _repeats("stimulus", listed):
        yield f"feature {feature.feature_id!r}: {fault} in its panels"


def _stimulus_faults(
    bundle: Bundle, feature: Feature, name: str, stimulus_id: str, kind: str
) -> Iterator[str]:
    stimulus = bundle.stimuli.get(stimulus_id)
    if stimulus is None:
        yield f"feature {feature.feature_id!r}: {name} names no image {stimulus_id!r}"
    elif (stimulus.kind, stimulus.feature_id) != (kind, feature.feature_id):
        yield (
            f"feature {feature.feature_id!r}: {name} lists {stimulus_id!r}, which is "
            f"{stimulus.kind!r} of {stimulus.feature_id!r}, not {kind!r} of its own"
        )
