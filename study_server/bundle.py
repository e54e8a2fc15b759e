"""Reads a stimulus bundle and believes nothing. No Flask, no database."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from study_server.bundle_faults import check_references
from study_server.bundle_kinds import CONTROL_KINDS, KINDS, OPTIONAL_KINDS
from study_server.errors import BundleError
from study_server.json_table import Table, parse_table
from study_server.machine_answers import MachineAnswer, machine_answers_of
from study_server.stimulus import Stimulus, check_image, read_file

SCHEMA_VERSION = 2
STIMULUS_ID = re.compile(r"[0-9a-f]{32}")
BUNDLE_ID = re.compile(r"[A-Za-z0-9._-]{1,80}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Occlusion:
    """A photograph that drives a feature, and two copies with a square covered."""

    occlusion_id: str
    stimulus_id: str
    """Uncovered."""
    most_stimulus_id: str
    """Covered where that lowers the feature most."""
    least_stimulus_id: str
    """Covered where that lowers it least."""
    activation_gap: float | None
    """Percentile of the second copy minus that of the first, 0 to 100."""
    machine_answers: tuple[MachineAnswer, ...] = ()
    """High is the copy covered where that lowers the feature least."""


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
    minimal: tuple[str, ...] = ()
    """Photographs from the bottom of the feature's ranking, the weakest first."""
    minimal_feature_visualizations: tuple[str, ...] = ()
    """Made from noise to drive the feature as little as can be."""
    natural_blurred: tuple[str, ...] = ()
    """The exemplars, blurred but for the place that drives the feature most."""
    suppressions: tuple[str, ...] = ()
    """Seed images changed to drive the feature less, in their order."""
    occlusions: tuple[Occlusion, ...] = ()
    """Photographs that no panel shows, each with two covered copies."""
    query_distances: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(query photograph, tile) to their perceptual distance, in the bundle's unit."""


@dataclass(frozen=True, kw_only=True, slots=True)
class QueryPair:
    """Two natural images, one driving the feature more."""

    query_pair_id: str
    feature_id: str
    stratum: str
    high_stimulus_id: str
    low_stimulus_id: str
    activation_gap: float
    machine_answers: tuple[MachineAnswer, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundle:
    """A bundle whose parts fit together."""

    folder: Path
    bundle_id: str
    manifest_sha256: str
    features: tuple[Feature, ...]
    query_pairs: tuple[QueryPair, ...]
    stimuli: Mapping[str, Stimulus]
    _pairs_by_feature: Mapping[str, tuple[QueryPair, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def pairs_of(self, feature_id: str) -> tuple[QueryPair, ...]:
        """The query pairs of one feature, in the order of the manifest."""
        return self._pairs_by_feature.get(feature_id, ())

    def percentile_of(self, stimulus_id: str) -> float:
        """Activation percentile of an image, 0 to 100; 0 where it is not known."""
        stimulus = self.stimuli.get(stimulus_id)
        return (stimulus.activation_percentile or 0.0) if stimulus else 0.0

    def __post_init__(self) -> None:
        """Sort the pairs by feature once, for plans ask for them often."""
        pairs: dict[str, tuple[QueryPair, ...]] = {}
        for pair in self.query_pairs:
            pairs[pair.feature_id] = (*pairs.get(pair.feature_id, ()), pair)
        object.__setattr__(self, "_pairs_by_feature", pairs)


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
        unit_index=_count_or_none(row, "unit_index"),
        natural=row.names("natural"),
        seed_images=row.names("seed_images"),
        accentuations=row.names("accentuations"),
        feature_visualizations=row.names("feature_visualizations"),
        attributions=row.names("attributions"),
        controls=_controls(row),
        **{name: _names_if_any(row, name) for name in OPTIONAL_KINDS},
        occlusions=_occlusions(row),
        query_distances=_query_distances(row),
    )


def _names_if_any(row: Table, key: str) -> tuple[str, ...]:
    return row.names(key) if key in row.values else ()


def _occlusions(row: Table) -> tuple[Occlusion, ...]:
    if "occlusions" not in row.values:
        return ()
    return tuple(
        Occlusion(
            occlusion_id=each.take("occlusion_id", str),
            stimulus_id=each.take("stimulus_id", str),
            most_stimulus_id=each.take("most_stimulus_id", str),
            least_stimulus_id=each.take("least_stimulus_id", str),
            activation_gap=each.take("activation_gap", float),
            machine_answers=machine_answers_of(each),
        )
        for each in row.rows("occlusions")
    )


def _query_distances(row: Table) -> dict[tuple[str, str], float]:
    if "query_distances" not in row.values:
        return {}
    return {
        (each.take("stimulus_id", str), each.take("tile_stimulus_id", str)): each.take(
            "distance", float
        )
        for each in row.rows("query_distances")
    }


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
        machine_answers=machine_answers_of(row),
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
        class_label=row.take_or_none("class_label"),
        perceptual_hash=row.take_or_none("perceptual_hash"),
        activation=_number_or_none(row, "activation"),
        activation_percentile=_number_or_none(row, "activation_percentile"),
        activation_z=_number_or_none(row, "activation_z"),
        activation_rank=_count_or_none(row, "activation_rank"),
    )


def _number_or_none(row: Table, key: str) -> float | None:
    return None if row.values.get(key) is None else row.take(key, float)


def _count_or_none(row: Table, key: str) -> int | None:
    return None if row.values.get(key) is None else row.take(key, int)
