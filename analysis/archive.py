"""The files of a study export: of a folder, or of a zip that stays packed on disk."""

import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import ExportFormatError
from analysis.schema import KEYS, OPTIONAL

AGAIN = "Export the study again with `study-server export`."

FILES = ("export.json", "codebook.json", *(f"{name}.csv" for name in KEYS))
"""What an export holds. Other files in the zip are never opened, but for these:"""

MAYBE = tuple(f"{name}.csv" for name in OPTIONAL)
"""What an export may hold."""

MAX_FILE_BYTES = 2**30
"""Largest file read, unpacked: about two million responses, 15 times the largest study
planned. Keeps a few kilobytes of zip from filling the memory."""


def read_export_files(path: Path) -> dict[str, bytes]:
    """The files of an export by name, from a zip or a folder.

    Raises:
        ExportFormatError: nothing can be read there, or it is no whole export.
    """
    try:
        if not path.is_dir():
            return read_zip(path.read_bytes(), path)
        if missing := [name for name in FILES if not (path / name).is_file()]:
            raise ExportFormatError(
                f"the folder {path} holds no {', '.join(missing)}. Give the zip of a "
                "study export, or a folder with the files of one."
            )
        found = [name for name in MAYBE if (path / name).is_file()]
        return {name: (path / name).read_bytes() for name in (*FILES, *found)}
    except OSError as error:
        raise ExportFormatError(
            f"cannot read {error.filename}: {error.strerror}. "
            "Give the path of a study export, a .zip file or a folder."
        ) from error


def sha256_of_export(path: Path) -> str:
    """Checksum of a zip's bytes; of a folder, of its files under their names.

    Raises:
        OSError: it cannot be read.
    """
    if not path.is_dir():
        return hashlib.sha256(path.read_bytes()).hexdigest()
    digest = hashlib.sha256()
    found = [name for name in MAYBE if (path / name).is_file()]
    for name in (*FILES, *found):
        digest.update(name.encode())
        digest.update(hashlib.sha256((path / name).read_bytes()).digest())
    return digest.hexdigest()


def read_zip(content: bytes, path: Path) -> dict[str, bytes]:
    """The files of an export, by name.

    Args:
        content: of the zip.
        path: of the zip, for messages.

    Raises:
        ExportFormatError: no whole zip, a file missing, double, locked or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_listing(archive, path)
            found = [name for name in MAYBE if name in archive.namelist()]
            return {name: archive.read(name) for name in (*FILES, *found)}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, zlib.error) as error:
        raise ExportFormatError(
            f"{path.name} is not a whole zip file ({error}). {AGAIN}"
        ) from error
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or odd packing
        raise ExportFormatError(
            f"{path.name} cannot be unpacked ({error}). {AGAIN}"
        ) from error


def _check_listing(archive: zipfile.ZipFile, path: Path) -> None:
    names = archive.namelist()
    if missing := [name for name in FILES if name not in names]:
        raise ExportFormatError(
            f"{path.name} holds no {', '.join(missing)}; found: "
            f"{', '.join(sorted(names)[:10]) or 'nothing'}. {AGAIN}"
        )
    for name in (*FILES, *(name for name in MAYBE if name in names)):
        if names.count(name) > 1:
            raise ExportFormatError(f"{path.name} holds {name} twice. {AGAIN}")
        size = archive.getinfo(name).file_size
        if size > MAX_FILE_BYTES:
            raise ExportFormatError(
                f"{name} of {path.name} would unpack to {size:,} bytes; at most "
                f"{MAX_FILE_BYTES:,} are read. {AGAIN}"
            )


def read_json(files: Mapping[str, bytes], name: str, path: Path) -> dict[str, Any]:
    """The object in a JSON file of the export.

    Raises:
        ExportFormatError: not JSON (NaN is not), or not an object.
    """
    try:
        value = json.loads(files[name], parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise ExportFormatError(
            f"{name} of {path.name} is not JSON ({error}). {AGAIN}"
        ) from error
    if not isinstance(value, dict):
        raise ExportFormatError(
            f"{name} of {path.name} must be an object; got {type(value).__name__}. "
            f"{AGAIN}"
        )
    return value


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
