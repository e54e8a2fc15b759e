"""Every key of a study.toml as a table in Markdown, from the schema itself. Pure."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from study_server.design.definition import StudyDefinition
from study_server.design.faults import model_at

LEFT_TO_TEXT = ("preset", "exclusions")
"""Tables that the page explains in words."""


def reference() -> str:
    """One section for each table, one row for each key."""
    return "\n".join(
        line
        for name in StudyDefinition.model_fields
        if name not in LEFT_TO_TEXT
        for line in _section(name)
    )


def _section(name: str) -> Iterator[str]:
    model = model_at(StudyDefinition, (name,))
    field = StudyDefinition.model_fields[name]
    yield f"### {_header(name, field)}"
    yield ""
    yield _words(field)
    yield ""
    yield "| key | values | default | meaning |"
    yield "|---|---|---|---|"
    for key, inner in model.model_fields.items():
        cells = (f"`{key}`", _values(inner.annotation), _default(inner), _words(inner))
        yield f"| {' | '.join(cells)} |"
    yield ""


def _header(name: str, field: FieldInfo) -> str:
    if name == "texts":
        return "`[texts.LANGUAGE]`"
    is_list = get_origin(field.annotation) is tuple
    return f"`[[{name}]]`" if is_list else f"`[{name}]`"


def _words(field: FieldInfo) -> str:
    return " ".join((field.description or "").split())


def _values(annotation: Any) -> str:
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        return f"list of {_values(arguments[0])}"
    if get_origin(annotation) is dict:
        return f"table of {_values(arguments[1])}"
    if arguments and all(isinstance(one, str) for one in arguments):
        return ", ".join(f"`{one}`" for one in arguments)  # a choice of words
    if arguments:
        kept = [one for one in arguments if _is_type(one)]
        return " or ".join(dict.fromkeys(map(_values, kept)))
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "table"
    names = {str: "text", int: "integer", float: "number", bool: "true, false"}
    return names.get(annotation, "text")


def _is_type(one: Any) -> bool:
    return one is not type(None) and (isinstance(one, type) or get_origin(one))


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True, validated_data={})
    if default is PydanticUndefined:
        return "required"
    if default is None or default in ((), {}, "") or isinstance(default, BaseModel):
        return "–"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    return f"`{default}`"


if __name__ == "__main__":
    print(reference())
