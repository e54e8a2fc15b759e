"""Zips that no bundle makes are refused before they do harm."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from study_server.errors import BundleError
from study_server.services import bundle_upload
from study_server.services.bundle_upload import unpack_bundle

IMAGE = f"images/{'a' * 32}.png"


def zipped(
    *members: tuple[str | zipfile.ZipInfo, bytes], packed: bool = False
) -> bytes:
    content = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(content, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return content.getvalue()


def symlink() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(IMAGE)
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def lying() -> bytes:
    """The table of contents says 1 byte, the file has 100,000."""
    honest = bytearray(zipped(("manifest.json", b"{" * 100_000), packed=True))
    for signature, at in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        start = honest.find(signature)
        honest[start + at : start + at + 4] = struct.pack("<I", 1)
    return bytes(honest)


def locked() -> bytes:
    content = bytearray(zipped(("manifest.json", b"{}")))
    for signature, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.find(signature) + at] |= 1
    return bytes(content)


def overlapping() -> bytes:
    """Two names for the same bytes, as in a zip bomb without nesting."""
    big = b"x" * 5_000
    content = zipped(("manifest.json", big), (IMAGE, big))
    data = bytearray(content)
    second = data.rfind(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    first = content.find(b"PK\x03\x04", 4)
    directory = data.find(b"PK\x01\x02")
    cut = data[:first] + data[directory:]
    end = cut.rfind(b"PK\x05\x06")
    cut[end + 16 : end + 20] = struct.pack("<I", first)
    return bytes(cut)


MANIFEST = ("manifest.json", b"{}")
HOSTILE: dict[str, Callable[[], bytes]] = {
    "no zip": lambda: b"GIF89a" + zipped(MANIFEST),
    "nothing": lambda: b"",
    "cut off": lambda: zipped(MANIFEST)[:-10],
    "path traversal": lambda: zipped(MANIFEST, ("../../evil.png", b"x")),
    "absolute path": lambda: zipped(MANIFEST, ("/etc/passwd", b"x")),
    "backslashes": lambda: zipped(MANIFEST, ("images\\..\\evil.png", b"x")),
    "null byte": lambda: zipped(MANIFEST, (f"{IMAGE}?.html", b"x")).replace(
        b"?", b"\0"
    ),
    "script beside": lambda: zipped(MANIFEST, ("run.sh", b"x")),
    "image of another kind": lambda: zipped(MANIFEST, ("images/a.svg", b"<svg/>")),
    "symbolic link": lambda: zipped(MANIFEST, (symlink(), b"/etc/passwd")),
    "two roots": lambda: zipped(("a/manifest.json", b"{}"), (f"b/{IMAGE}", b"x")),
    "no manifest": lambda: zipped((IMAGE, b"x")),
    "comment": lambda: zipped(MANIFEST)[:-2] + b"\x05\x00hello",
    "bomb": lambda: zipped(("manifest.json", b"\0" * 20_000_000), packed=True),
    "lying size": lying,
    "password": locked,
    "overlap": overlapping,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_zip_is_refused(kind: str, tmp_path: Path) -> None:
    """Zip bombs, path traversal, links, polyglots."""
    with pytest.raises(BundleError):
        unpack_bundle(io.BytesIO(HOSTILE[kind]()), tmp_path / "bundle")

    written = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert all(p.is_relative_to(tmp_path / "bundle") for p in written)


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"):
        content = zipped(MANIFEST, MANIFEST)

    with pytest.raises(BundleError, match="twice"):
        unpack_bundle(io.BytesIO(content), tmp_path / "bundle")


def test_too_many_bytes_in_all_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_upload, "MAX_UNPACKED_BYTES", 1_000)

    content = zipped(MANIFEST, (IMAGE, b"x" * 2_000))

    with pytest.raises(BundleError, match="more than"):
        unpack_bundle(io.BytesIO(content), tmp_path / "bundle")


@pytest.mark.parametrize("root", ["", "my-bundle/"])
def test_an_honest_zip_is_unpacked(root: str, tmp_path: Path) -> None:
    content = zipped((f"{root}manifest.json", b"{}"), (f"{root}{IMAGE}", b"png"))

    folder = unpack_bundle(io.BytesIO(content), tmp_path / "bundle")

    assert (folder / "manifest.json").read_bytes() == b"{}"
    assert (folder / IMAGE).read_bytes() == b"png"
