"""A table as CSV, what `analysis/` reads. No Flask, no database."""

from collections.abc import Iterable, Iterator, Sequence

from study_server.export.batches import Batch
from study_server.export.cells import csv_line, csv_lines
from study_server.export.column import Column


def csv_pieces(columns: Sequence[Column], batches: Iterable[Batch]) -> Iterator[bytes]:
    """The header, then the rows of each batch."""
    yield csv_line(column.name for column in columns)
    for batch in batches:
        if batch.n_rows:
            yield csv_lines(columns, batch.values)
