"""Read a TOML table into a frozen config, and say everything that is wrong with it.

The config's own type annotations are the rule, so a new setting needs no new code
here. No torch.
"""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields
from difflib import get_close_matches
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from generator.errors import ConfigError

Table = Mapping[str, object]

Config = TypeVar("Config")


class _WrongTypeError(Exception):
    """The value does not fit the annotation."""


def read_config(
    kind: type[Config], table: object, *, where: str, faults: list[str]
) -> Config | None:
    """Make a config of one table, or note every fault of the table.

    Args:
        kind: a dataclass whose fields are the allowed keys.
        table: what the file has at this place.
        where: dotted key of the table, for messages; empty at the top of a file.
        faults: sentences are added here.

    Returns:
        The config; None when anything was wrong.
    """
    if not isinstance(table, Mapping):
        faults.append(f"{where} must be a table; got {table!r}")
        return None
    n_before = len(faults)
    faults += unknown_keys(table, {field.name for field in fields(kind)}, where=where)  # type: ignore[arg-type]
    values = _read_values(kind, table, where=where, faults=faults)
    if len(faults) > n_before:
        return None
    try:
        return kind(**values)
    except ConfigError as error:
        faults.append(f"{where}: {error}" if where else str(error))
        return None


def unknown_keys(table: Table, known: set[str], *, where: str) -> list[str]:
    """One sentence for each key that nobody would read."""
    sentences = []
    for key in table:
        if key not in known:
            near = get_close_matches(key, sorted(known), n=3)
            advice = f"did you mean {' or '.join(near)}?" if near else "remove it; "
            names = "" if near else f"known keys: {', '.join(sorted(known))}"
            sentences.append(f"unknown key {dotted(where, key)}: {advice}{names}")
    return sentences


def dotted(where: str, key: str) -> str:
    """The full name of a key in a table."""
    return f"{where}.{key}" if where else key


def _read_values(
    kind: type[Any], table: Table, *, where: str, faults: list[str]
) -> dict[str, Any]:
    """Every given value, converted to its field's type."""
    hints = get_type_hints(kind)
    values: dict[str, Any] = {}
    for field in fields(kind):
        name = dotted(where, field.name)
        if field.name not in table:
            if field.default is MISSING and field.default_factory is MISSING:
                faults.append(
                    f"missing key {name}: add {_described(hints[field.name])}"
                )
            continue
        value = table[field.name]
        try:
            values[field.name] = _converted(value, hints[field.name])
        except _WrongTypeError:
            faults.append(
                f"{name} must be {_described(hints[field.name])}; got {value!r}"
            )
    return values


def _converted(value: object, hint: Any) -> Any:
    """The value in the annotation's type; whole numbers count as decimal ones."""
    if get_origin(hint) in {Union, types.UnionType}:
        return _converted_to_any(value, get_args(hint))
    if get_origin(hint) is Literal:
        return _checked(value, isinstance(value, str) and value in get_args(hint))
    if get_origin(hint) is tuple:
        return _converted_items(value, get_args(hint))
    if hint is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(_checked(value, is_number))
    if hint is int:
        return _checked(value, isinstance(value, int) and not isinstance(value, bool))
    return _checked(value, isinstance(value, hint))


def _converted_to_any(value: object, hints: tuple[Any, ...]) -> Any:
    for hint in hints:
        try:
            return _converted(value, hint)
        except _WrongTypeError:
            continue
    raise _WrongTypeError


def _converted_items(value: object, hints: tuple[Any, ...]) -> tuple[Any, ...]:
    items = _checked(value, isinstance(value, list | tuple))
    if len(hints) == 2 and hints[1] is ...:
        return tuple(_converted(item, hints[0]) for item in items)
    _checked(value, len(items) == len(hints))
    return tuple(
        _converted(item, hint) for item, hint in zip(items, hints, strict=True)
    )


def _checked(value: Any, fits: bool) -> Any:
    if not fits:
        raise _WrongTypeError
    return value


def _described(hint: Any) -> str:
    """The annotation in words."""
    words = {
        int: "a whole number",
        float: "a number",
        str: "a text",
        bool: "true or false",
        type(None): "left out",
    }
    if hint in words:
        return words[hint]
    arguments = get_args(hint)
    if get_origin(hint) is Literal:
        return "one of " + ", ".join(repr(choice) for choice in arguments)
    if get_origin(hint) is tuple:
        if arguments[-1] is ...:
            return f"a list, each {_described(arguments[0])}"
        inner = ", ".join(_described(argument) for argument in arguments)
        return f"a list of {len(arguments)} ({inner})"
    if arguments:
        return " or ".join(_described(argument) for argument in arguments)
    return f"a {getattr(hint, '__name__', hint)}"
