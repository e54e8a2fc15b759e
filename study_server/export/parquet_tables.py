"""A table as Parquet: typed columns, small and quick to read. No Flask, no database.

pyarrow is loaded at the first use: only this format needs it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from study_server.errors import ExportError
from study_server.export.batches import Batch
from study_server.export.cells import Value
from study_server.export.column import Column
from study_server.export.growing_file import GrowingFile

if TYPE_CHECKING:
    import pyarrow

ROWS_PER_GROUP = 5_000
"""Least number of rows written at a time, the last ones apart; some 4 MB."""


def parquet_pieces(
    columns: Sequence[Column], batches: Iterable[Batch]
) -> Iterator[bytes]:
    """The file, in as many pieces as it has groups of rows, and its end.

    Raises:
        ExportError: pyarrow is not installed.
    """
    arrow = load_arrow()
    from pyarrow import parquet

    schema = arrow_schema(columns)
    sink = GrowingFile()
    with parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for group in _groups(batches, ROWS_PER_GROUP):
            writer.write_table(
                arrow.concat_tables([_table(batch, schema) for batch in group])
            )
            yield from sink.take(at_least=1)
    yield from sink.take(at_least=1)


def load_arrow() -> Any:
    """The library that writes Parquet.

    Raises:
        ExportError: it is not installed.
    """
    try:
        import pyarrow
    except ModuleNotFoundError as error:
        raise ExportError(
            "Parquet needs pyarrow: pip install 'accentuate[parquet]', or choose "
            "another format"
        ) from error
    return pyarrow


def arrow_schema(columns: Sequence[Column]) -> "pyarrow.Schema":
    """Names and types of the columns, with what each means."""
    arrow = load_arrow()
    types = {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "number": arrow.float64(),
        "boolean": arrow.bool_(),
        "timestamp": arrow.timestamp("us", tz="UTC"),
    }
    return arrow.schema(
        arrow.field(c.name, types[c.type], metadata={"meaning": c.meaning})
        for c in columns
    )


def _table(batch: Batch, schema: Any) -> Any:
    arrow = load_arrow()
    columns = zip(schema, batch.values, strict=True)
    arrays = [_array(field.type, values) for field, values in columns]
    return arrow.Table.from_arrays(arrays, schema=schema)


def _array(kind: Any, values: Sequence[Value]) -> Any:
    """A column in its type; its values are as the database and the CSV tables have it.

    Moments are ISO 8601, which Arrow reads; SQLite's booleans are 0 and 1.
    """
    arrow = load_arrow()
    if arrow.types.is_timestamp(kind):
        return arrow.array(values, arrow.string()).cast(kind)
    if arrow.types.is_boolean(kind):
        values = [None if value is None else bool(value) for value in values]
    return arrow.array(values, kind)


def _groups(batches: Iterable[Batch], at_least: int) -> Iterator[list[Batch]]:
    """Batches put together until they are large enough."""
    group: list[Batch] = []
    for batch in batches:
        group.append(batch)
        if sum(each.n_rows for each in group) >= at_least:
            yield group
            group = []
    if group:
        yield group
