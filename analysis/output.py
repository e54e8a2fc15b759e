"""A folder that is whole or absent, and replaced only when we made it."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.errors import AnalysisError

INDEX = "outputs.json"
"""Names every file of the folder with its checksum; its presence makes it ours."""

WRITER = "study-analysis"
"""How `written_by` begins in every folder of ours."""


class OutputFolderError(AnalysisError):
    """The output folder holds something that is not ours to replace."""


def is_finished(folder: Path, inputs_sha256: str) -> bool:
    """Whether the folder holds, unchanged, the report of exactly these inputs."""
    index = _read_index(folder)
    if index is None or index.get("inputs_sha256") != inputs_sha256:
        return False
    return all(
        (folder / name).is_file() and _sha256((folder / name).read_bytes()) == sha256
        for name, sha256 in index["files"].items()
    )


def check_replaceable(folder: Path) -> None:
    """Refuse a folder that holds anything a report of ours did not write.

    Raises:
        OutputFolderError: names what is in the way.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputFolderError(f"{folder} is a file; give a folder for the report.")
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if not path.is_dir()
    }
    index = _read_index(folder)
    if index is None and found:
        raise OutputFolderError(
            f"{folder} exists and is not a report of ours (it has no {INDEX}); it "
            f"holds {len(found)} files. Give another --out, or move them away."
        )
    own = {INDEX, *index["files"]} if index else set()
    if foreign := sorted(found - own):
        raise OutputFolderError(
            f"{folder} holds files that the report did not write: "
            f"{', '.join(foreign[:3])}. Move them away, or give another --out."
        )


def write_folder(
    folder: Path,
    files: Mapping[str, bytes],
    *,
    inputs_sha256: str,
    command: str = "report",
) -> None:
    """Write the files under a temporary name, then put them in the folder's place.

    Args:
        files: path inside the folder -> content.
        command: which of our commands writes it.

    Raises:
        OutputFolderError: see `check_replaceable`; or the disk refuses.
    """
    check_replaceable(folder)
    index = {
        "written_by": f"{WRITER} {command}",
        "inputs_sha256": inputs_sha256,
        "files": {name: _sha256(content) for name, content in sorted(files.items())},
    }
    content = json.dumps(index, indent=2, sort_keys=True).encode() + b"\n"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise _cannot_write(folder, error) from error
    try:
        for name, data in {**files, INDEX: content}.items():
            path = draft / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        draft.chmod(0o777 & ~_umask())
        _swap(draft, folder)
    except OSError as error:
        raise _cannot_write(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; a file that stands there is replaced.

    Raises:
        OutputFolderError: the disk refuses.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        draft.unlink(missing_ok=True)


def _swap(draft: Path, folder: Path) -> None:
    """Put the draft in the folder's place; the old goes only when the new stands."""
    if not folder.exists():
        draft.rename(folder)
        return
    old = draft.with_name(f"{draft.name}-old")
    folder.rename(old)
    try:
        draft.rename(folder)
    except OSError:
        old.rename(folder)
        raise
    shutil.rmtree(old)


def _cannot_write(folder: Path, error: OSError) -> OutputFolderError:
    return OutputFolderError(
        f"cannot write the report to {folder}: {error.strerror}. "
        "Give an --out where you may write."
    )


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _read_index(folder: Path) -> dict[str, Any] | None:
    try:
        index = json.loads((folder / INDEX).read_bytes())
    except (OSError, ValueError):
        return None
    is_ours = isinstance(index, dict) and str(index.get("written_by", "")).startswith(
        WRITER
    )
    return index if is_ours and isinstance(index.get("files"), dict) else None


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
