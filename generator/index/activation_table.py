"""Read an activation index file: one feature at a time, whatever its size. No torch."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from generator.errors import ActivationTableError, FeatureNotFoundError
from generator.feature_text import parse_feature
from generator.features import Feature, FeatureId
from generator.index.format import (
    PHOTOGRAPH_FIELDS,
    Statistic,
    column_name,
    read_facts,
)
from generator.index.readings import NOWHERE
from generator.natural_activations import NaturalActivations
from generator.network_record import network_facts
from generator.percentiles import percentile_of
from generator.perceptual_hash import hash_text
from generator.photograph_folder import Photograph

if TYPE_CHECKING:
    from generator.networks import Network

_KEPT_COLUMNS = 64
"""Columns held in memory at once."""

_BLOCK = 256
"""Columns read in one go when all are needed."""


@dataclass(frozen=True, kw_only=True)
class ActivationTable(NaturalActivations):
    """An index file, opened. Columns are read when they are first asked for."""

    path: Path
    """The Parquet file."""

    facts: dict[str, Any]
    """The metadata object: network, preprocessing, layers, counts, versions."""

    file: pq.ParquetFile
    """Kept open, because finding its thousands of columns takes longer than a read."""

    _kept: dict[str, NDArray[Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "ActivationTable":
        """Open an index file and read what it says of the photographs.

        Raises:
            ActivationTableError: it is missing or not an index.
        """
        try:
            file = pq.ParquetFile(path)
            facts = read_facts(file.schema_arrow, where=str(path))
            names = [one.name for one in PHOTOGRAPH_FIELDS]
            rows = file.read(columns=names).to_pylist()
        except FileNotFoundError as error:
            raise ActivationTableError(f"no activation index at {path}") from error
        except (OSError, pa.ArrowException) as error:
            raise ActivationTableError(
                f"{path} cannot be read as an activation index: {error}. Make one "
                "with `accentuate index`."
            ) from error
        return cls(
            path=path,
            facts=facts,
            file=file,
            features=tuple(parse_feature(one["feature"]) for one in facts["features"]),
            photographs=tuple(
                Photograph(
                    path=row["path"],
                    sha256=row["sha256"],
                    class_label=row["class_label"],
                )
                for row in rows
            ),
            hashes=np.array(
                [int(row["perceptual_hash"], 16) for row in rows], dtype=np.uint64
            ),
            groups=np.array([row["duplicate_group"] for row in rows], dtype=np.int64),
        )

    def find(self, text: str) -> Feature:
        """The feature of that name; logits by label or by number.

        Raises:
            FeatureNotFoundError: the index has no such feature.
        """
        wanted = str(parse_feature(text)).casefold()
        found = self._by_name.get(wanted)
        if found is None:
            near = get_close_matches(wanted, self._by_name, n=5)
            names = ", ".join(str(self._by_name[name]) for name in near) or "none"
            raise FeatureNotFoundError(
                f"{self.path} has no feature {text!r}; close names: {names}. "
                f"It has {len(self.features)} features of {self._layer_names()}."
            )
        return found

    def column(self, feature: Feature) -> NDArray[np.float32]:
        """(n,) activations of one feature, means over positions."""
        return self._read("mean", feature)

    def maximum(self, feature: Feature) -> NDArray[np.float32]:
        """(n,) largest value of one feature over positions."""
        return self._read("max", feature)

    def position(self, feature: Feature) -> NDArray[np.int64]:
        """(n, 2) row and column of the maximum; NOWHERE for vectors."""
        rows = self._read("row", feature), self._read("column", feature)
        return np.stack(rows, axis=1).astype(np.int64)

    def dead_features(self) -> tuple[Feature, ...]:
        """Features that every photograph drives to the same activation."""
        dead = []
        for features, columns in self.blocks():
            is_dead = columns.min(axis=0) == columns.max(axis=0)  # (F,)
            dead += [f for f, no in zip(features, is_dead, strict=True) if no]
        return tuple(dead)

    def blocks(self) -> Iterator[tuple[list[Feature], NDArray[np.float32]]]:
        """All activations, some features at a time: the features, and (n, F)."""
        for start in range(0, len(self.features), _BLOCK):
            some = list(self.features[start : start + _BLOCK])
            names = [column_name("mean", str(feature)) for feature in some]
            yield some, np.stack(self._columns(names), axis=1)

    def check_network(self, network: "Network") -> None:
        """Refuse a network other than the one that was indexed.

        Raises:
            ActivationTableError: weights or preprocessing differ.
        """
        own = self.facts["network"]
        for key, value in network_facts(network).items():
            if key != "name" and own.get(key) != value:
                raise ActivationTableError(
                    f"{self.path} was made with another network: its {key} is "
                    f"{own.get(key)}, that of {network.name} is {value}. Give the "
                    f"network that was indexed ({own['name']}), or make the index anew."
                )

    @cached_property
    def _by_name(self) -> dict[str, Feature]:
        """Every name a feature answers to, lower case."""
        names: dict[str, Feature] = {}
        for one, feature in zip(self.facts["features"], self.features, strict=True):
            if isinstance(feature, FeatureId) and feature.position is None:
                names[f"{one['layer']}:{one['unit_index']}".casefold()] = feature
        return names | {str(feature).casefold(): feature for feature in self.features}

    def _layer_names(self) -> str:
        names = [layer["name"] for layer in self.facts["layers"]]
        return f"{len(names)} layers" if len(names) > 6 else ", ".join(names)

    def _read(self, statistic: Statistic, feature: Feature) -> NDArray[Any]:
        name = column_name(statistic, str(self.find(str(feature))))
        if name not in self._kept:
            if len(self._kept) >= _KEPT_COLUMNS:
                self._kept.pop(next(iter(self._kept)))
            self._kept[name] = self._columns([name])[0]
        return self._kept[name]

    def _columns(self, names: Sequence[str]) -> list[NDArray[Any]]:
        """Columns of the file; no position becomes NOWHERE."""
        try:
            table = self.file.read(columns=list(names))
        except (OSError, pa.ArrowException) as error:
            raise ActivationTableError(
                f"{self.path} can no longer be read: {error}"
            ) from error
        return [
            table.column(name).combine_chunks().fill_null(NOWHERE).to_numpy()
            for name in names
        ]


def as_csv(table: ActivationTable) -> str:
    """The table as CSV: one row per photograph, five columns per feature.

    Meant for a few features; `n_images` says what the percentiles refer to.
    """
    kinds = ("activation", "percentile", "maximum", "row", "column")
    head = ["path", "class_label", "sha256", "perceptual_hash", "duplicate_group"]
    names = [f"{kind}:{feature}" for feature in table.features for kind in kinds]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*head, "n_images", *names])
    columns = [column for f in table.features for column in _csv_columns(table, f)]
    for place, photograph in enumerate(table.photographs):
        facts = [
            photograph.path,
            photograph.class_label or "",
            photograph.sha256,
            hash_text(int(table.hashes[place])),
            int(table.groups[place]),
            table.n_images,
        ]
        writer.writerow([*facts, *(column[place] for column in columns)])
    return buffer.getvalue()


def _csv_columns(table: ActivationTable, feature: Feature) -> list[list[Any]]:
    """The columns of one feature as plain values; no position is empty."""
    activations = table.column(feature)
    places = table.position(feature)
    return [
        activations.tolist(),
        percentile_of(activations, activations).tolist(),
        table.maximum(feature).tolist(),
        *(["" if p == NOWHERE else int(p) for p in axis] for axis in places.T),
    ]
