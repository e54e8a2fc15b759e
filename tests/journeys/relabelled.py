"""An export whose conditions are exchanged, in everything else whole and valid."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path


def write_relabelled(export: Path, path: Path, moved: Mapping[str, str]) -> Path:
    """Copy an export with each condition renamed alike in trials and responses.

    Args:
        moved: condition -> the one written in its place.
    """
    with zipfile.ZipFile(export) as whole:
        files = {name: whole.read(name) for name in whole.namelist()}
    header = json.loads(files["export.json"])
    for name in ("trials.csv", "responses.csv"):
        files[name] = _relabelled(files[name], moved)
        header["table_sha256"][name] = hashlib.sha256(files[name]).hexdigest()
    files["export.json"] = json.dumps(header).encode()
    with zipfile.ZipFile(path, "w") as copy:
        for name, content in files.items():
            copy.writestr(name, content)
    return path


def _relabelled(table: bytes, moved: Mapping[str, str]) -> bytes:
    header, *rows = csv.reader(io.StringIO(table.decode(), newline=""))
    column = header.index("condition")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        row[column] = moved.get(row[column], row[column])
        writer.writerow(row)
    return text.getvalue().encode()
