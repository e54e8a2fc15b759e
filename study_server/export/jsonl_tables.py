"""A table as JSON Lines: an object per row, the original text in it. No Flask."""

import json
from collections.abc import Iterable, Iterator, Sequence

from study_server.export.batches import Batch
from study_server.export.cells import Value
from study_server.export.column import Column

LITERALS = {None: "null", True: "true", False: "false"}


def jsonl_pieces(
    columns: Sequence[Column], batches: Iterable[Batch]
) -> Iterator[bytes]:
    """The rows of each batch, each an object on a line of its own.

    Every row names every column; what is missing is null.
    """
    line = "{" + ", ".join(f'"{column.name}": %s' for column in columns) + "}\n"
    for batch in batches:
        cells = [_json_texts(c, v) for c, v in zip(columns, batch.values, strict=True)]
        yield "".join(map(line.__mod__, zip(*cells, strict=True))).encode()


def _json_texts(column: Column, values: Sequence[Value]) -> list[str]:
    if column.type == "boolean":
        return [LITERALS[value] for value in values]  # type: ignore[index]
    if column.type in ("integer", "number"):
        return ["null" if value is None else str(value) for value in values]
    return ["null" if v is None else json.dumps(v, ensure_ascii=False) for v in values]
