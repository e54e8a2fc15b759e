"""The rules a bundle keeps, each checked on the files themselves. No torch."""

import hashlib
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from generator.bundles.match_checks import find_match_faults
from generator.bundles.measure_checks import find_measure_faults
from generator.bundles.schema import (
    FEATURE_LISTS,
    KINDS,
    OPTIONAL_IMAGE_LISTS,
    STRATA,
    Record,
    find_shape_faults,
)


def find_faults(folder: Path, manifest: Record) -> list[str]:
    """Everything that is wrong with a bundle, as sentences; empty when it is whole.

    Rules about pictures and references are looked at only where the manifest has
    the keys they need.
    """
    faults = [*find_shape_faults(manifest)]
    if faults:
        return faults
    stimuli = {one["stimulus_id"]: one for one in manifest["stimuli"]}
    faults = [
        *_file_faults(folder, stimuli),
        *_order_faults(manifest["stimuli"]),
        *_reference_faults(manifest, stimuli),
        *_pair_faults(manifest, stimuli),
        *find_measure_faults(manifest, stimuli),
    ]
    # What is matched can be looked at only where every name leads somewhere.
    return faults or [*find_match_faults(manifest, stimuli)]


def _file_faults(folder: Path, stimuli: Mapping[str, Record]) -> Iterable[str]:
    """Missing, surplus and changed files, and pictures that are not as described."""
    expected = {f"images/{stimulus_id}.png" for stimulus_id in stimuli}
    present = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir()
    } - {"manifest.json"}
    for name in sorted(expected - present):
        yield f"{name} is missing"
    for name in sorted(present - expected):
        yield f"{name} belongs to no stimulus"
    for stimulus_id, stimulus in stimuli.items():
        name = f"images/{stimulus_id}.png"
        if stimulus["file"] != name:
            yield f"the file of {stimulus_id} must be {name}; got {stimulus['file']}"
        elif name in present:
            yield from _picture_faults(folder / name, name, stimulus)
    sizes = sorted({(one["width_px"], one["height_px"]) for one in stimuli.values()})
    if len(sizes) > 1:
        yield f"all pictures must have one size; got {sizes}"


def _picture_faults(path: Path, name: str, stimulus: Record) -> Iterable[str]:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != stimulus["sha256"]:
        yield (
            f"{name} was changed: its SHA-256 is {digest[:12]}…, the manifest says "
            f"{stimulus['sha256'][:12]}…"
        )
        return
    try:
        with Image.open(io.BytesIO(content)) as picture:
            found = (picture.format, picture.mode, picture.size)
            metadata = sorted(map(str, picture.info))
    except UnidentifiedImageError:
        yield f"{name} is no picture"
        return
    wanted = ("PNG", "RGB", (stimulus["width_px"], stimulus["height_px"]))
    if found != wanted:
        yield f"{name} must be {wanted}; got {found}"
    if metadata:
        yield f"{name} carries metadata: {', '.join(metadata)}"


def _order_faults(stimuli: list[Record]) -> Iterable[str]:
    ids = [one["stimulus_id"] for one in stimuli]
    if ids != sorted(set(ids)):
        yield "stimuli must be sorted by stimulus_id, each id once"
    for one in stimuli:
        if one["kind"] not in KINDS:
            yield f"stimulus {one['stimulus_id']} is of unknown kind {one['kind']!r}"


def _reference_faults(manifest: Record, stimuli: Mapping[str, Record]) -> Iterable[str]:
    """References to stimuli that are absent, or of the wrong kind or feature."""
    features = {one["feature_id"] for one in manifest["features"]}
    if len(features) != len(manifest["features"]):
        yield "features must have one object per feature_id"
    for feature in manifest["features"]:
        for key, kind in {**FEATURE_LISTS, **OPTIONAL_IMAGE_LISTS}.items():
            for stimulus_id in feature.get(key, []):
                where = f"{feature['feature_id']}.{key}"
                yield from _link_faults(
                    stimuli, stimulus_id, where, kind, feature["feature_id"]
                )
        yield from _seed_faults(feature, stimuli)
    for stimulus in stimuli.values():
        where = f"stimulus {stimulus['stimulus_id']}"
        if stimulus["feature_id"] not in features:
            yield f"{where} is of unknown feature {stimulus['feature_id']!r}"
        for key, kind in [
            ("seed_image_id", "seed_image"),
            ("accentuation_id", "accentuation"),
        ]:
            if stimulus[key] is not None:
                yield from _link_faults(
                    stimuli,
                    stimulus[key],
                    f"{where}.{key}",
                    kind,
                    stimulus["feature_id"],
                )


def _seed_faults(feature: Record, stimuli: Mapping[str, Record]) -> Iterable[str]:
    for name, kind in [
        ("accentuations", "accentuation"),
        ("attributions", "attribution"),
        ("suppressions", "suppression"),
    ]:
        if name not in feature:  # suppressions, which are an extra
            continue
        made_from = [
            stimuli[one]["seed_image_id"] for one in feature[name] if one in stimuli
        ]
        if made_from != feature["seed_images"]:
            yield (
                f"{feature['feature_id']}: the i-th {kind} must be made from the "
                "i-th seed image"
            )


def _link_faults(
    stimuli: Mapping[str, Record],
    stimulus_id: str,
    where: str,
    kind: str,
    feature_id: str,
) -> Iterable[str]:
    if stimulus_id not in stimuli:
        yield f"{where} names an unknown stimulus {stimulus_id!r}"
        return
    target = stimuli[stimulus_id]
    if target["kind"] != kind:
        yield f"{where} must name a {kind}; {stimulus_id} is a {target['kind']}"
    if target["feature_id"] != feature_id:
        yield f"{where} names {stimulus_id}, which belongs to {target['feature_id']}"


def _pair_faults(manifest: Record, stimuli: Mapping[str, Record]) -> Iterable[str]:
    """Pairs that break a rule, or show what a panel shows."""
    ids = [pair["query_pair_id"] for pair in manifest["query_pairs"]]
    if len(set(ids)) != len(ids):
        yield "query_pairs must have unique ids"
    tiles = {
        one["feature_id"]: {*one["natural"], *one["seed_images"]}
        for one in manifest["features"]
    }
    seen: set[str] = set()
    for pair in manifest["query_pairs"]:
        where = f"query pair {pair['query_pair_id']}"
        if pair["stratum"] not in STRATA:
            yield f"{where} is of unknown stratum {pair['stratum']!r}"
        if pair["feature_id"] not in tiles:
            yield f"{where} is of unknown feature {pair['feature_id']!r}"
            continue
        both = [pair["high_stimulus_id"], pair["low_stimulus_id"]]
        links = [
            _link_faults(stimuli, one, where, "natural", pair["feature_id"])
            for one in both
        ]
        if link_faults := [fault for found in links for fault in found]:
            yield from link_faults
            continue
        if seen.intersection(both) or len(set(both)) < 2:
            yield f"{where} uses a picture that another query uses too"
        seen.update(both)
        yield from _leak_faults(where, pair, both, tiles[pair["feature_id"]], stimuli)


def _leak_faults(
    where: str,
    pair: Record,
    both: list[str],
    tiles: set[str],
    stimuli: Mapping[str, Record],
) -> Iterable[str]:
    """A query photograph among the tiles, or a pair whose gap is not as stated."""
    shown = {_source_sha256(stimuli[one]) for one in tiles if one in stimuli}
    for one in both:
        if one in tiles or _source_sha256(stimuli[one]) in shown:
            yield f"{where} asks about {one}, which a panel of its feature shows"
    high, low = (stimuli[one]["activation_percentile"] for one in both)
    if high is None or low is None or abs(high - low - pair["activation_gap"]) > 1e-6:
        yield (
            f"{where}: activation_gap is {pair['activation_gap']}, but the pictures' "
            f"percentiles are {high} and {low}"
        )
    elif high <= low:
        yield f"{where}: its high picture does not drive the feature more"


def _source_sha256(stimulus: Record) -> object:
    return (stimulus["source"] or {}).get("sha256", stimulus["stimulus_id"])
