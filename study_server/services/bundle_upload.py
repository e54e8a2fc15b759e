"""Taking a bundle out of a zip that anyone may have made. No Flask.

Nothing of the zip is believed: names are matched against the two kinds of file that a
bundle has, sizes are counted while they are read, and whatever could be read in two
ways is refused. `read_bundle` then checks every byte against the manifest.
"""

import re
import stat
import zipfile
import zlib
from pathlib import Path
from typing import IO

from study_server.errors import BundleError

MAX_UPLOAD_BYTES = 512 * 1024 * 1024
MAX_FILES = 50_000
MAX_FILE_BYTES = 32 * 1024 * 1024
MAX_UNPACKED_BYTES = 2 * 1024 * 1024 * 1024
MAX_RATIO = 200
"""Unpacked to packed bytes of one file; pictures do not shrink at all."""

MEMBER = re.compile(
    r"(?:[A-Za-z0-9._-]{1,100}/)?(manifest\.json|images/[0-9a-f]{32}\.png)"
)
FIRST_BYTES = b"PK\x03\x04"
CHUNK_BYTES = 64 * 1024


def unpack_bundle(file: IO[bytes], folder: Path) -> Path:
    """Write manifest and images below a folder, and nothing else.

    Args:
        file: the zip, at its beginning.
        folder: an empty one, thrown away when this fails.

    Returns:
        The folder of the bundle.

    Raises:
        BundleError: the file is no zip, or one that no bundle makes.
    """
    if file.read(len(FIRST_BYTES)) != FIRST_BYTES:
        raise BundleError(
            "the file is not a zip; pack the bundle's folder (manifest.json and "
            "images/) into one"
        )
    try:
        with zipfile.ZipFile(file) as archive:
            members = _checked_members(archive, n_bytes=_length(file))
            (folder / "images").mkdir(parents=True)
            n_left = MAX_UNPACKED_BYTES
            for name, member in members.items():
                n_left -= _unpack(archive, member, folder / name, n_left=n_left)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise BundleError(f"the zip is damaged ({error}); make it anew") from error
    except (NotImplementedError, RuntimeError) as error:
        raise BundleError(
            f"the zip cannot be read ({error}); pack it without a password, by deflate"
        ) from error
    return folder


def _checked_members(
    archive: zipfile.ZipFile, *, n_bytes: int
) -> dict[str, zipfile.ZipInfo]:
    """Name inside the bundle to its entry.

    Raises:
        BundleError: an entry is none of a bundle's.
    """
    entries = [each for each in archive.infolist() if not each.is_dir()]
    if len(entries) > MAX_FILES:
        raise BundleError(f"the zip has {len(entries)} files; at most {MAX_FILES}")
    if archive.comment:
        raise BundleError("the zip has a comment; pack the folder alone")
    found: dict[str, zipfile.ZipInfo] = {}
    roots = set()
    for entry in entries:
        match = MEMBER.fullmatch(entry.filename)
        if match is None or entry.orig_filename != entry.filename:
            raise BundleError(
                f"the zip has a file {entry.filename[:200]!r}; a bundle has "
                "manifest.json and images/ID.png alone"
            )
        _check_entry(entry)
        if match[1] in found:
            raise BundleError(f"the zip has {match[1]} twice")
        roots.add(entry.filename.removesuffix(match[1]))
        found[match[1]] = entry
    if len(roots) > 1:
        raise BundleError("the zip has several folders; pack one bundle alone")
    if "manifest.json" not in found:
        raise BundleError("the zip has no manifest.json")
    if sum(entry.compress_size for entry in entries) > n_bytes:
        raise BundleError("files of the zip lie over one another; it is a trap")
    return found


def _check_entry(entry: zipfile.ZipInfo) -> None:
    name = entry.filename[:200]
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG):
        raise BundleError(f"the zip's {name} is no plain file")
    if entry.flag_bits & 0x1:
        raise BundleError("the zip has a password; pack it without")
    if entry.file_size > MAX_FILE_BYTES:
        raise BundleError(f"the zip's {name} has {entry.file_size} bytes unpacked")
    if entry.file_size > MAX_RATIO * max(1, entry.compress_size) + CHUNK_BYTES:
        raise BundleError(f"the zip's {name} is packed too tightly to be a picture")


def _unpack(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, *, n_left: int
) -> int:
    """Write one file; count what really comes, whatever the zip says."""
    n_written, most = 0, min(MAX_FILE_BYTES, n_left)
    with archive.open(entry) as source, path.open("xb") as target:
        while chunk := source.read(CHUNK_BYTES):
            n_written += len(chunk)
            if n_written > most:
                raise BundleError(
                    f"the zip holds more than {most} bytes from {entry.filename} on"
                )
            target.write(chunk)
    return n_written


def _length(file: IO[bytes]) -> int:
    at = file.tell()
    length = file.seek(0, 2)
    file.seek(at)
    return length
