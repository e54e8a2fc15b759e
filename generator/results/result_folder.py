"""The folder a command writes its results to; each file is whole or absent."""

import csv
import io
import json
import math
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from generator.errors import OutputError
from generator.jobs import write_whole

_LONGEST_SLUG = 80
"""Letters of each part of a file name; disks take 255 in all, suffixes included."""


@dataclass(kw_only=True, slots=True)
class ResultFolder:
    """Writes pictures, tables and records under names that do not collide."""

    path: Path
    _taken: set[str] = field(default_factory=set)
    _group: list[Path] = field(default_factory=list)

    @classmethod
    def create(cls, path: Path) -> "ResultFolder":
        """A new or empty folder; a new one is made with its first file.

        Raises:
            OutputError: the path holds files, or cannot be made.
        """
        try:
            is_used = path.exists() and any(path.iterdir())
            _check_can_be_made(path)
        except OSError as error:
            raise OutputError(f"no results can be written to {path}: {error}") from None
        if is_used:
            raise OutputError(
                f"{path} is not empty; results are not mixed. Choose a new folder, or "
                "empty this one."
            )
        return cls(path=path)

    def new_stem(self, *parts: str) -> str:
        """A file name without suffix made of these parts, not given out before."""
        slugs = [re.sub(r"[^a-z0-9]+", "-", p.lower()).strip("-") for p in parts]
        stem = base = "--".join(slug[:_LONGEST_SLUG] or "unnamed" for slug in slugs)
        n = 1
        while stem in self._taken:
            n += 1
            stem = f"{base}-{n}"
        self._taken.add(stem)
        return stem

    @contextmanager
    def together(self) -> Iterator[None]:
        """The files written inside are all there or, after an interruption, none."""
        self._group.clear()
        try:
            yield
        except BaseException:  # also Ctrl-C; raised again
            for file in self._group:
                file.unlink(missing_ok=True)
            raise

    def write_bytes(self, name: str, content: bytes) -> Path:
        """As they are."""
        return self._write(name, content)

    def write_picture(self, name: str, picture: Image.Image) -> Path:
        """As PNG, without metadata."""
        buffer = io.BytesIO()
        picture.save(buffer, "png")
        return self._write(name, buffer.getvalue())

    def write_table(self, name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
        """As CSV, columns in the order of the first row; None is left empty."""
        buffer = io.StringIO()
        table = csv.DictWriter(buffer, list(rows[0]) if rows else [])
        table.writeheader()
        table.writerows(rows)
        text = buffer.getvalue()  # file names may hold bytes that are no text
        return self._write(name, text.encode(errors="backslashreplace"))

    def write_record(self, name: str, record: Mapping[str, Any]) -> Path:
        """As JSON, keys sorted; null for numbers that are not finite."""
        text = json.dumps(
            _finite(record),
            indent=2,
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
        )
        return self._write(name, f"{text}\n".encode(errors="backslashreplace"))

    def _write(self, name: str, content: bytes) -> Path:
        final = self.path / name
        self._group.append(final)
        write_whole(final, content)
        return final


def _check_can_be_made(path: Path) -> None:
    """Raise `OSError` where no folder can be made, before anything is computed."""
    there = next(
        folder for folder in (path, *path.absolute().parents) if folder.exists()
    )
    if not there.is_dir():
        raise NotADirectoryError(f"{there} is a file")
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(f"{there} may not be written to")


def _finite(value: Any) -> Any:
    """The same, with None for numbers that JSON cannot write."""
    if isinstance(value, Mapping):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
