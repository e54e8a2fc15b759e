"""The columns and the metadata of an activation index file. No torch.

`INDEX_FORMAT.md` beside this file describes them for people.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from generator.errors import ActivationTableError
from generator.index.readings import NOWHERE, Readings
from generator.perceptual_hash import hash_text
from generator.photograph_folder import Photograph

SCHEMA_VERSION = 1

METADATA_KEY = b"accentuate"
"""Under this key of the file's metadata lies one JSON object."""

Statistic = Literal["mean", "max", "row", "column"]

STATISTICS: Mapping[Statistic, pa.DataType] = {
    "mean": pa.float32(),
    "max": pa.float32(),
    "row": pa.int16(),
    "column": pa.int16(),
}
"""The columns of each feature."""

PHOTOGRAPH_FIELDS = (
    pa.field("path", pa.string(), nullable=False),
    pa.field("class_label", pa.string()),
    pa.field("sha256", pa.string(), nullable=False),
    pa.field("perceptual_hash", pa.string(), nullable=False),
    pa.field("duplicate_group", pa.int64(), nullable=False),
)
"""What is said of each photograph."""


def column_name(statistic: Statistic, feature: str) -> str:
    """The column of one statistic of one feature, e.g. `mean:logit:brick`."""
    return f"{statistic}:{feature}"


def index_schema(features: Sequence[str], facts: Mapping[str, Any]) -> pa.Schema:
    """All columns of a file, with its metadata."""
    fields = list(PHOTOGRAPH_FIELDS)
    for feature in features:
        for statistic, kind in STATISTICS.items():
            is_place = statistic in {"row", "column"}
            fields.append(
                pa.field(column_name(statistic, feature), kind, nullable=is_place)
            )
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return pa.schema(fields, metadata={METADATA_KEY: text.encode()})


def photograph_arrays(
    photographs: Sequence[Photograph], hashes: Sequence[int], groups: Sequence[int]
) -> list[pa.Array]:
    """The columns of PHOTOGRAPH_FIELDS for some photographs."""
    columns: list[Sequence[Any]] = [
        [photograph.path for photograph in photographs],
        [photograph.class_label for photograph in photographs],
        [photograph.sha256 for photograph in photographs],
        [hash_text(int(value)) for value in hashes],
        [int(group) for group in groups],
    ]
    return [
        pa.array(column, type=field.type)
        for column, field in zip(columns, PHOTOGRAPH_FIELDS, strict=True)
    ]


def reading_arrays(readings: Readings) -> list[pa.Array]:
    """The columns of each feature in turn; no position is null."""
    arrays = []
    means, maxima = (_columns(a) for a in (readings.mean, readings.maximum))
    rows, columns = (_columns(a) for a in (readings.row, readings.column))
    for place in range(len(means)):
        arrays += [pa.array(means[place]), pa.array(maxima[place])]
        arrays += [
            pa.array(p, mask=p == NOWHERE) for p in (rows[place], columns[place])
        ]
    return arrays


def _columns(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """(n, F) as (F, n), each feature's values side by side in memory."""
    return np.ascontiguousarray(values.T)


def read_facts(schema: pa.Schema, *, where: str) -> dict[str, Any]:
    """The metadata object of a file.

    Raises:
        ActivationTableError: there is none, or one of another version.
    """
    try:
        facts = json.loads((schema.metadata or {})[METADATA_KEY])
        version = facts["schema_version"]
    except (KeyError, TypeError, ValueError) as error:
        raise ActivationTableError(
            f"{where} is a Parquet file, but no activation index; make one with "
            "`accentuate index`"
        ) from error
    if version != SCHEMA_VERSION:
        raise ActivationTableError(
            f"{where} has schema version {version}; this version of Accentuate reads "
            f"{SCHEMA_VERSION}. Make the index anew with `accentuate index`."
        )
    return dict(facts)
