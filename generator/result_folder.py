"""The folder a command writes its results to; each file is whole or absent."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from generator.errors import OutputError
from generator.jobs import write_whole


@dataclass(kw_only=True, slots=True)
class ResultFolder:
    """Writes pictures, tables and records under names that do not collide."""

    path: Path
    _taken: set[str] = field(default_factory=set)

    @classmethod
    def create(cls, path: Path) -> "ResultFolder":
        """A new or empty folder; a new one is made with its first file.

        Raises:
            OutputError: the path holds files, or cannot be made.
        """
        try:
            is_used = path.exists() and any(path.iterdir())
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
        stem = base = "--".join(slugs)
        n = 1
        while stem in self._taken:
            n += 1
            stem = f"{base}-{n}"
        self._taken.add(stem)
        return stem

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
        return self._write(name, buffer.getvalue().encode())

    def write_record(self, name: str, record: Mapping[str, Any]) -> Path:
        """As JSON, keys sorted."""
        text = json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False)
        return self._write(name, f"{text}\n".encode())

    def _write(self, name: str, content: bytes) -> Path:
        final = self.path / name
        write_whole(final, content)
        return final
