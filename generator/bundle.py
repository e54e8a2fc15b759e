"""Write and read a stimulus bundle: a folder that is whole or absent. No torch.

The format is on the page BUNDLE_FORMAT.md beside this file.
"""

import hashlib
import io
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generator.bundles.checks import find_faults
from generator.errors import BundleError, OutputError

SCHEMA_VERSION = 2
MANIFEST = "manifest.json"
IMAGES = "images"

Manifest = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A bundle on disk."""

    folder: Path
    manifest: Manifest

    @property
    def bundle_id(self) -> str:
        return str(self.manifest["bundle_id"])

    def stimuli(self, kind: str | None = None) -> list[dict[str, Any]]:
        """The stimuli of one kind, or all of them, in the manifest's order."""
        every = self.manifest["stimuli"]
        return [one for one in every if kind is None or one["kind"] == kind]


def encode_png(picture: NDArray[np.uint8]) -> bytes:
    """(H, W, 3) uint8 RGB as a PNG file without metadata."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return buffer.getvalue()


def digest_manifest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of the content: all but the id and the time of making."""
    content = {
        key: value
        for key, value in manifest.items()
        if key not in {"bundle_id", "created_at"}
    }
    return hashlib.sha256(_manifest_bytes(content)).hexdigest()


def write_bundle(
    out: Path,
    name: str,
    content: Mapping[str, Any],
    pictures: Mapping[str, bytes],
    *,
    created_at: datetime,
) -> Bundle:
    """Write a bundle under its content's own id, all of it or nothing.

    An equal bundle that is there already stays as it is.

    Args:
        out: folder that holds bundles; made when absent.
        name: first part of the id.
        content: the manifest without `schema_version`, `bundle_id`, `created_at`.
        pictures: PNG file of each stimulus_id.
        created_at: time of making; stored in UTC.

    Raises:
        BundleError: the content breaks a rule of the format, or a damaged bundle of
            this id is in the way.
        OutputError: the disk refuses it.
    """
    manifest: Manifest = {"schema_version": SCHEMA_VERSION, **content}
    bundle_id = f"{name}-{digest_manifest(manifest)[:12]}"
    stamp = created_at.astimezone(UTC).isoformat(timespec="seconds")
    manifest |= {"bundle_id": bundle_id, "created_at": stamp}
    folder = out / bundle_id
    if folder.exists():
        return verify_bundle(folder)
    unfinished = out / f".{bundle_id}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
    try:
        _write_files(unfinished, manifest, pictures)
        verify_bundle(unfinished)
        unfinished.rename(folder)
    except OSError as error:
        raise OutputError(f"{folder} cannot be written: {error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _sync_folder(out)
    return Bundle(folder=folder, manifest=manifest)


def read_bundle(folder: Path) -> Bundle:
    """Read a bundle's manifest, without looking at its pictures.

    Raises:
        BundleError: no manifest is there, or it is of another schema version.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BundleError(
            f"no bundle at {folder}: {MANIFEST} is missing; name the folder that "
            f"holds {MANIFEST} and {IMAGES}/"
        ) from error
    except (OSError, ValueError) as error:
        raise BundleError(
            f"{path} cannot be read: {error}; make the bundle anew"
        ) from error
    version = manifest.get("schema_version") if isinstance(manifest, dict) else None
    if version != SCHEMA_VERSION:
        raise BundleError(
            f"{path} is of schema version {version!r}; this program reads "
            f"{SCHEMA_VERSION}: make the bundle anew from its plan, or use the version "
            "of accentuate that wrote it"
        )
    return Bundle(folder=folder, manifest=manifest)


def verify_bundle(folder: Path) -> Bundle:
    """Read a bundle and check everything: hashes, pictures, references, rules.

    Raises:
        BundleError: names every fault with its file.
    """
    bundle = read_bundle(folder)
    faults = find_faults(folder, bundle.manifest)
    if not faults:
        digest = digest_manifest(bundle.manifest)
        if not bundle.bundle_id.endswith(f"-{digest[:12]}"):
            faults = [
                f"{MANIFEST} was changed: its content belongs to an id that ends in "
                f"-{digest[:12]}, but it says {bundle.bundle_id}"
            ]
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        raise BundleError(
            f"{folder} is not whole:{lines}\nDelete the folder and make the bundle "
            "anew; bundles are never edited."
        )
    return bundle


def _write_files(
    folder: Path, manifest: Manifest, pictures: Mapping[str, bytes]
) -> None:
    (folder / IMAGES).mkdir(parents=True)
    for stimulus_id, content in pictures.items():
        _write_synced(folder / IMAGES / f"{stimulus_id}.png", content)
    _write_synced(folder / MANIFEST, _manifest_bytes(manifest) + b"\n")
    _sync_folder(folder / IMAGES)
    _sync_folder(folder)


def _manifest_bytes(manifest: Mapping[str, Any]) -> bytes:
    text = json.dumps(
        manifest, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False
    )
    return text.encode()


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
