"""The keys of a bundle's manifest, and the type of each. No torch."""

from collections.abc import Iterable, Mapping
from typing import Any

from generator.bundles.control_config import CONTROL_KINDS

Record = Mapping[str, Any]

KINDS = frozenset(
    {
        "natural",
        "seed_image",
        "accentuation",
        "feature_visualization",
        "opacity_map",
        "masked_accentuation",
        "attribution",
        "minimal_feature_visualization",
        "natural_blurred",
        "occlusion",
        "suppression",
        *CONTROL_KINDS,
    }
)
STRATA = frozenset({"near", "far", "within_class"})

_TEXT, _COUNT, _NUMBER = (str,), (int,), (int, float)
_MAYBE_TEXT, _MAYBE_NUMBER = (str, type(None)), (int, float, type(None))
_MAYBE_COUNT = (int, type(None))
_TABLE, _MAYBE_TABLE, _LIST = (dict,), (dict, type(None)), (list,)
_MAYBE_LIST = (list, type(None))

MANIFEST_KEYS: dict[str, tuple[type, ...]] = {
    "schema_version": _COUNT,
    "bundle_id": _TEXT,
    "created_at": _TEXT,
    "generator": _TABLE,
    "network": _TABLE,
    "config": _TABLE,
    "pool": _TABLE,
    "matching": _TABLE,
    "features": _LIST,
    "query_pairs": _LIST,
    "stimuli": _LIST,
}
FEATURE_LISTS = {
    "natural": "natural",
    "seed_images": "seed_image",
    "accentuations": "accentuation",
    "feature_visualizations": "feature_visualization",
    "attributions": "attribution",
}
"""Each list of a feature, with the kind of its stimuli."""

OPTIONAL_IMAGE_LISTS = {
    "minimal": "natural",
    "minimal_feature_visualizations": "minimal_feature_visualization",
    "natural_blurred": "natural_blurred",
    "suppressions": "suppression",
}
"""Further lists of a feature, with the kind of their stimuli; bundles with extras."""

OPTIONAL_KEYS = frozenset(
    {*OPTIONAL_IMAGE_LISTS, "machine_answers", "occlusions", "query_distances"}
)
"""Keys that bundles may leave out: without extras, or made before there were any."""

FEATURE_KEYS: dict[str, tuple[type, ...]] = {
    "feature_id": _TEXT,
    "label": _MAYBE_TEXT,
    "layer": _TEXT,
    "unit_index": _MAYBE_COUNT,
    **dict.fromkeys(FEATURE_LISTS, _LIST),
    "controls": _TABLE,
}
PAIR_KEYS: dict[str, tuple[type, ...]] = {
    "query_pair_id": _TEXT,
    "feature_id": _TEXT,
    "stratum": _TEXT,
    "high_stimulus_id": _TEXT,
    "low_stimulus_id": _TEXT,
    "activation_gap": _NUMBER,
}
STIMULUS_KEYS: dict[str, tuple[type, ...]] = {
    "stimulus_id": _TEXT,
    "kind": _TEXT,
    "file": _TEXT,
    "sha256": _TEXT,
    "width_px": _COUNT,
    "height_px": _COUNT,
    "feature_id": _TEXT,
    "seed_image_id": _MAYBE_TEXT,
    "accentuation_id": _MAYBE_TEXT,
    "source": _MAYBE_TABLE,
    "class_label": _MAYBE_TEXT,
    "perceptual_hash": _TEXT,
    "luminance": _NUMBER,
    "contrast": _NUMBER,
    "rng_seed": _MAYBE_COUNT,
    "activation": _MAYBE_NUMBER,
    "activation_percentile": _MAYBE_NUMBER,
    "activation_z": _MAYBE_NUMBER,
    "activation_rank": _MAYBE_COUNT,
    "activation_before": _MAYBE_NUMBER,
    "activation_before_percentile": _MAYBE_NUMBER,
    "latent_distance": _MAYBE_NUMBER,
    "latent_distance_relative": _MAYBE_NUMBER,
    "ssim": _MAYBE_NUMBER,
    "pixel_rmse": _MAYBE_NUMBER,
    "specificity": _MAYBE_NUMBER,
    "regularization_layer": _MAYBE_TEXT,
    "regularization_weight": _MAYBE_NUMBER,
    "regularization_unit": _MAYBE_TEXT,
    "penalties": _MAYBE_LIST,
    "target": _MAYBE_TABLE,
    "budget": _MAYBE_TABLE,
    "control": _MAYBE_TABLE,
    "display": _MAYBE_TABLE,
}


def find_shape_faults(manifest: Record) -> Iterable[str]:
    """Missing, unknown and mistyped keys."""
    yield from _key_faults(manifest, MANIFEST_KEYS, "manifest.json")
    for name, keys in [
        ("features", FEATURE_KEYS),
        ("query_pairs", PAIR_KEYS),
        ("stimuli", STIMULUS_KEYS),
    ]:
        records = manifest.get(name)
        for index, record in enumerate(records if isinstance(records, list) else []):
            yield from _key_faults(record, keys, f"{name}[{index}]")


def _key_faults(
    record: object, keys: Mapping[str, tuple[type, ...]], where: str
) -> Iterable[str]:
    if not isinstance(record, dict):
        yield f"{where} must be an object; got {record!r}"
        return
    for key in sorted((record.keys() ^ keys.keys()) - OPTIONAL_KEYS):
        yield f"{where} has {'an unknown' if key in record else 'no'} key {key!r}"
    for key in sorted(record.keys() & keys.keys()):
        value = record[key]
        if not isinstance(value, keys[key]) or isinstance(value, bool):
            wanted = " or ".join(kind.__name__ for kind in keys[key])
            yield f"{where}.{key} must be {wanted}; got {value!r}"
