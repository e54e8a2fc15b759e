"""JSON read with suspicion: every refusal names the place and the fault."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from study_server.errors import BundleError

Checked = TypeVar("Checked")


@dataclass(frozen=True, slots=True)
class Table:
    """A JSON object together with its place, for messages."""

    values: Mapping[str, Any]
    place: str

    def take(self, key: str, kind: Callable[..., Checked]) -> Checked:
        """The value under a key, which must be of that kind."""
        value = self.values.get(key)
        allowed = (int, float) if kind is float else kind
        if not isinstance(value, allowed) or isinstance(value, bool):  # type: ignore[arg-type]
            wanted = getattr(kind, "__name__", kind)
            raise BundleError(f"{self.place}: {key} must be {wanted}; got {value!r}")
        try:
            return kind(value)
        except OverflowError as error:
            raise BundleError(f"{self.place}: {key} is too large a number") from error

    def take_or_none(self, key: str) -> str | None:
        """A text, or None where there is none."""
        return None if self.values.get(key) is None else self.take(key, str)

    def names(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        values: list[Any] = self.take(key, list)
        if not all(isinstance(value, str) for value in values):
            raise BundleError(f"{self.place}: {key} must be a list of texts")
        return tuple(values)

    def rows(self, key: str) -> Iterator["Table"]:
        """The objects of a list, each with its place."""
        rows: list[Any] = self.take(key, list)
        for number, row in enumerate(rows):
            place = f"{self.place}: {key}[{number}]"
            if not isinstance(row, dict):
                raise BundleError(f"{place} must be an object; got {row!r}")
            yield Table(row, place)


def parse_table(content: bytes, path: Path) -> Table:
    """The one object that a JSON file holds.

    Raises:
        BundleError: the bytes are no JSON, or hold what JSON has no word for.
    """
    try:
        manifest = json.loads(content, parse_constant=_refuse_constant)
        json.dumps(manifest, ensure_ascii=False).encode()  # refuses half characters
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: not JSON ({error})") from error
    if not isinstance(manifest, dict):
        raise BundleError(f"{path}: must hold one JSON object")
    return Table(manifest, f"{path}")


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no number in JSON")
