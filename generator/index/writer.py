"""Write an activation index of thousands of features as one Parquet file.

The file is whole or absent, and the same bytes whether the run was interrupted or
not, and whatever the chunk size.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from generator.errors import OutputError
from generator.index.chunks import (
    IndexJob,
    Survey,
    read_chunks,
    survey_photographs,
)
from generator.index.features import (
    IndexedFeature,
    directions_used,
    layers_of,
)
from generator.index.format import (
    SCHEMA_VERSION,
    index_schema,
    photograph_arrays,
    reading_arrays,
)
from generator.index.readings import Readings, regrouped
from generator.natural_activations import pool_sha256
from generator.network_record import network_facts
from generator.perceptual_hash import MAX_DUPLICATE_BITS, duplicate_groups
from generator.photograph_folder import FolderListing
from generator.progress import Progress
from generator.provenance import describe_generator

ROW_GROUP_BYTES = 64 * 2**20
"""Size of a row group in memory; a reader of one feature skips the rest."""

BYTES_PER_READING = 12
"""Of one feature and photograph: two float32, two int16."""


@dataclass(frozen=True, kw_only=True, slots=True)
class IndexSummary:
    """What was written."""

    n_images: int
    n_features: int
    n_exact_duplicates: int
    """Files left out because another has the same bytes."""

    n_near_duplicates: int
    """Photographs that look like an earlier one; kept, and grouped with it."""

    unreadable: tuple[str, ...]
    """Paths left out because they cannot be read."""


def write_index(
    job: IndexJob,
    features: Sequence[IndexedFeature],
    listing: FolderListing,
    out: Path,
    *,
    skips_unreadable: bool = False,
    progress: Progress,
) -> IndexSummary:
    """Show every photograph to the network once, and write what features do.

    Args:
        job: its features must be those given, in the same order.
        out: the Parquet file; replaced when it is there.
        skips_unreadable: leave unreadable photographs out instead of refusing.

    Raises:
        PhotographError: photographs cannot be read, all named; nothing was computed.
        NotFiniteError: a feature gives no number.
        OutputError: the file cannot be written.
    """
    _ = job.reader  # every feature is found before a photograph is decoded
    survey = survey_photographs(job, listing.photographs, progress)
    if not skips_unreadable:
        survey.raise_faults()
    groups = duplicate_groups([int(value) for value in survey.hashes])
    n_near = len(groups) - len(np.unique(groups))
    facts = _facts(job, features, listing, survey, n_near)
    schema = index_schema([str(one.feature) for one in features], facts)
    chunks = read_chunks(job, survey.photographs, progress)
    with _whole_parquet(out, schema, job.work.path) as writer:
        start = 0
        for readings in regrouped(chunks, rows_per_group(len(features))):
            stop = start + len(readings)
            rows = _table(schema, survey, groups, readings, slice(start, stop))
            writer.write_table(rows, row_group_size=len(readings))
            start = stop
    return IndexSummary(
        n_images=len(survey.photographs),
        n_features=len(features),
        n_exact_duplicates=len(listing.duplicates),
        n_near_duplicates=n_near,
        unreadable=tuple(sorted(survey.faults)),
    )


def rows_per_group(n_features: int) -> int:
    """Photographs in one row group: depends on nothing but the number of features."""
    return max(1, ROW_GROUP_BYTES // (BYTES_PER_READING * n_features))


def _facts(
    job: IndexJob,
    features: Sequence[IndexedFeature],
    listing: FolderListing,
    survey: Survey,
    n_near: int,
) -> dict[str, Any]:
    """The metadata object: everything the numbers depend on, and no date."""
    return {
        "schema_version": SCHEMA_VERSION,
        "generator": describe_generator(job.network.device),
        "network": network_facts(job.network),
        "canvas_px": job.canvas_px,
        "layers": [
            {"name": layer.name, "kind": layer.kind, "shape": list(layer.shape)}
            for layer in layers_of(job.network, features)
        ],
        "features": [one.describe() for one in features],
        "directions": directions_used(job.network, job.features),
        "n_images": len(survey.photographs),
        "pool_sha256": pool_sha256(survey.photographs),
        "exact_duplicates": list(listing.duplicates),
        "unreadable": sorted(survey.faults),
        "n_near_duplicates": n_near,
        "max_duplicate_bits": MAX_DUPLICATE_BITS,
    }


def _table(
    schema: pa.Schema,
    survey: Survey,
    groups: NDArray[np.int64],
    readings: Readings,
    part: slice,
) -> pa.Table:
    """Some rows of the file."""
    facts = photograph_arrays(
        survey.photographs[part], survey.hashes[part].tolist(), groups[part].tolist()
    )
    return pa.Table.from_arrays([*facts, *reading_arrays(readings)], schema=schema)


@contextmanager
def _whole_parquet(
    out: Path, schema: pa.Schema, work: Path
) -> Iterator[pq.ParquetWriter]:
    """A writer whose file takes its name when everything was written, or never.

    Until then it lies in the work folder, so that a killed run leaves nothing else.
    """
    unfinished = work / f"{out.name}.{os.getpid()}.unfinished"
    try:
        work.mkdir(parents=True, exist_ok=True)
        out.parent.mkdir(parents=True, exist_ok=True)
        with (
            unfinished.open("wb") as file,
            pq.ParquetWriter(
                file,
                schema,
                compression="zstd",
                use_dictionary=["class_label"],
                write_statistics=False,
            ) as writer,
        ):
            yield writer
            writer.close()
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(out)
    except OSError as error:
        raise OutputError(f"{out} cannot be written: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
