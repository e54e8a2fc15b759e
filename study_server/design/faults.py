"""What is wrong with a study.toml: every fault, its place and its remedy. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from study_server.design.nearest import no_such
from study_server.design.toml_lines import Path


class Fault(NamedTuple):
    """One thing to put right."""

    path: Path
    """Keys down to the place; numbers count the elements of lists from 0."""

    message: str
    """What is wrong, what was got, what to do."""


def unknown_tables(values: Mapping[str, Any], model: type[BaseModel]) -> list[Fault]:
    """A fault for each key at the top that is no table of a study.toml."""
    return [
        Fault((name,), no_such("table", name, model.model_fields))
        for name in values
        if name not in model.model_fields
    ]


def validated(name: str, value: Any, model: type[BaseModel]) -> tuple[Any, list[Fault]]:
    """One table of a definition, checked: its parsed form and the faults in it.

    Args:
        name: the table's name, a field of `model`.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(
        model.model_fields[name].rebuild_annotation()
    )
    try:
        return adapter.validate_python(value), []
    except ValidationError as error:
        return None, [
            _fault(detail, model, prefix=name)
            for detail in error.errors(include_url=False)
        ]


def _fault(detail: ErrorDetails, model: type[BaseModel], *, prefix: str) -> Fault:
    path = (prefix, *detail["loc"])
    return Fault(path, _message(detail, path, model))


def describe_faults(
    faults: Iterable[Fault], *, name: str, lines: Mapping[Path, int]
) -> str:
    """All faults, one a line, in the order of the file."""
    placed = sorted(
        ((line_of(fault.path, lines), fault) for fault in faults),
        key=lambda item: (item[0] is None, item[0] or 0),
    )
    rows = [
        f"  {f'line {line}: ' if line else ''}{dotted(fault.path)}: {fault.message}"
        for line, fault in placed
    ]
    noun = "fault" if len(rows) == 1 else "faults"
    return "\n".join([f"{name}: {len(rows)} {noun}", *rows])


def line_of(path: Path, lines: Mapping[Path, int]) -> int | None:
    """The line of a place, or of the nearest table around it."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return None


def dotted(path: Sequence[str | int]) -> str:
    """`outcomes[2].code`, as people write it; lists count from 1."""
    text = ""
    for key in path:
        text += f"[{key + 1}]" if isinstance(key, int) else f".{key}"
    return text.removeprefix(".")


def model_at(model: Any, path: Path) -> Any:
    """The table that the keys of a path lead to, if it is one of ours."""
    for key in path:
        model = _table_in(model)
        if isinstance(key, str) and model is not None:
            field = model.model_fields.get(key)
            model = None if field is None else field.annotation
    return _table_in(model)


def _table_in(annotation: Any) -> Any:
    """The table that an annotation holds, within lists, unions and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        if (found := _table_in(part)) is not None:
            return found
    return None


def _message(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    table = model_at(model, path[:-1])
    fields = table.model_fields if table else {}
    name = str(path[-1])
    if detail["type"] == "extra_forbidden":
        return no_such("key", name, fields)
    if detail["type"] == "missing":
        meaning = (fields[name].description or "") if name in fields else ""
        return " ".join(f"is missing; add it. {meaning}".split())
    if detail["type"] == "value_error":
        return detail["msg"].removeprefix("Value error, ")
    return f"{detail['msg']}; got {detail['input']!r}"
