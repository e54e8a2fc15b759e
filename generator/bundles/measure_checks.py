"""Whether distances and machine answers of a bundle are what they say. No torch."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]

DISTANCE_KEYS = {"stimulus_id", "tile_stimulus_id", "distance"}
ANSWER_KEYS = {"method", "condition", "high_score", "low_score"}


def find_measure_faults(
    manifest: Record, stimuli: Mapping[str, Record]
) -> Iterable[str]:
    """Distances and answers that are none, each as a sentence."""
    for feature in manifest["features"]:
        where = f"{feature['feature_id']}.query_distances"
        for row in feature.get("query_distances", []):
            yield from _distance_faults(row, where, stimuli)
        for one in feature.get("occlusions", []):
            where = f"occlusion {one['occlusion_id']}"
            yield from _answers_faults(one.get("machine_answers", []), where)
    for pair in manifest["query_pairs"]:
        where = f"query pair {pair['query_pair_id']}"
        yield from _answers_faults(pair.get("machine_answers", []), where)


def _distance_faults(
    row: Record, where: str, stimuli: Mapping[str, Record]
) -> Iterable[str]:
    if row.keys() != DISTANCE_KEYS:
        yield f"{where} must have {', '.join(sorted(DISTANCE_KEYS))}; got {dict(row)}"
        return
    for key in ("stimulus_id", "tile_stimulus_id"):
        if row[key] not in stimuli:
            yield f"{where} names an unknown stimulus {row[key]!r}"
    if not _is_number(row["distance"]) or row["distance"] < 0:
        yield f"{where}: a distance must be a number from 0; got {row['distance']!r}"


def _answers_faults(rows: Iterable[Record], where: str) -> Iterable[str]:
    seen = set()
    for row in rows:
        if row.keys() != ANSWER_KEYS:
            yield (
                f"{where}: a machine answer must have "
                f"{', '.join(sorted(ANSWER_KEYS))}; got {dict(row)}"
            )
            continue
        key = (row["method"], row["condition"])
        if key in seen:
            yield f"{where}: two machine answers of {row['method']!r}"
        seen.add(key)
        for name in ("high_score", "low_score"):
            if not _is_number(row[name]):
                yield f"{where}: {name} must be a finite number; got {row[name]!r}"


def _is_number(value: object) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value)  # type: ignore[arg-type]
