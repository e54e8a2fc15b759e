"""Taking in stimulus bundles, and finding them again."""

import hashlib
import json
import logging
import shutil
import tempfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from sqlalchemy.orm import Session

from study_server.bundle import Bundle, read_manifest
from study_server.errors import BundleError
from study_server.models import ImportedBundle
from study_server.png import MIN_PADDING, encode_png, pad_png
from study_server.stimulus import check_image, decode_image, read_file

logger = logging.getLogger(__name__)

IMAGES_FOLDER = "images"
OPTIONS_FOLDER = "options"
CHECKSUMS = "checksums.json"
"""Of the server's own copies of the images, by file."""
"""In the server's copy of a bundle: the same images, all of one length."""


def import_bundle(
    db: Session, folder: Path, *, bundles_dir: Path, imported_at: datetime
) -> ImportedBundle:
    """Check a bundle and keep its images, re-encoded without metadata.

    Importing the same bundle again changes nothing.

    Raises:
        BundleError: a file is missing, changed or not what the manifest says, or our
            own copy cannot be written.
    """
    bundle = read_manifest(folder)
    stored = db.get(ImportedBundle, bundle.bundle_id)
    copy = bundles_dir / bundle.bundle_id
    if stored is not None and (copy / CHECKSUMS).is_file():
        if stored.manifest_sha256 != bundle.manifest_sha256:
            raise BundleError(
                f"{folder}: a bundle {bundle.bundle_id!r} with another manifest is "
                "already here; the stored one stays. Use it, or make a new bundle."
            )
        return stored
    try:
        copy_bundle(bundle, bundles_dir)
    except OSError as error:
        raise BundleError(
            f"{bundles_dir}: the bundle cannot be copied there ({error.strerror}); "
            "is there room, and may this user write?"
        ) from error
    row = ImportedBundle(
        bundle_id=bundle.bundle_id,
        manifest_sha256=bundle.manifest_sha256,
        imported_at=imported_at,
    )
    merged = db.merge(row)
    db.flush()
    return merged


def copy_bundle(bundle: Bundle, bundles_dir: Path) -> Path:
    """Write the server's own copy of a bundle, whole or not at all."""
    bundles_dir.mkdir(parents=True, exist_ok=True)
    target = bundles_dir / bundle.bundle_id
    temporary = Path(tempfile.mkdtemp(dir=bundles_dir, prefix=".import-"))
    try:
        (temporary / IMAGES_FOLDER).mkdir()
        manifest = read_file(bundle.folder / "manifest.json")
        (temporary / "manifest.json").write_bytes(manifest)
        for stimulus in bundle.stimuli.values():
            content = read_file(bundle.folder / stimulus.file)
            check_image(content, stimulus)
            picture = encode_png(decode_image(content, stimulus))
            (temporary / stimulus.file).write_bytes(picture)
        write_options(temporary)
        write_checksums(temporary)
        temporary.chmod(0o755)
        if target.exists():  # left by an import whose transaction failed
            shutil.rmtree(target)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    logger.info("imported %d images of %s", len(bundle.stimuli), bundle.bundle_id)
    return target


def write_options(folder: Path) -> None:
    """Beside each image one of the length that all have which are asked about.

    Padded now and not when it is served: that would take the longer, the shorter the
    image is.
    """
    (folder / OPTIONS_FOLDER).mkdir()
    paths = list((folder / IMAGES_FOLDER).iterdir())
    n_bytes = max((path.stat().st_size for path in paths), default=0) + MIN_PADDING
    for path in paths:
        padded = pad_png(path.read_bytes(), n_bytes)
        (folder / OPTIONS_FOLDER / path.name).write_bytes(padded)


def write_checksums(folder: Path) -> None:
    """Note what the copies are, so that a launch can tell whether they still are."""
    images = sorted((folder / IMAGES_FOLDER).iterdir())
    sums = {
        f"{IMAGES_FOLDER}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest()
        for path in images
    }
    (folder / CHECKSUMS).write_text(json.dumps(sums, indent=1) + "\n")


def read_checksums(folder: Path) -> dict[str, str] | None:
    """File to SHA-256; None for a bundle that an older version took in."""
    try:
        found: dict[str, str] = json.loads((folder / CHECKSUMS).read_text())
    except (OSError, ValueError):
        return None
    return found


def load_bundle(bundles_dir: Path, bundle_id: str) -> Bundle:
    """An imported bundle; its images were checked when it came in."""
    return _load(bundles_dir / bundle_id)


def picture_bytes(
    bundles_dir: Path, bundle_id: str, stimulus_id: str, *, is_option: bool
) -> bytes:
    """A picture of an imported bundle, as a browser gets it.

    Whatever a participant is asked about has the same number of bytes in the whole
    bundle: the length of a file must not tell what is on it. Pictures that only
    explain keep their own length, so that slow connections carry no more than needed.
    """
    return picture_path(bundles_dir, bundle_id, stimulus_id, is_option).read_bytes()


@lru_cache(maxsize=65_536)  # of every picture of every trial that is served
def picture_length(
    stimulus_id: str, *, bundles_dir: Path, bundle_id: str, is_option: bool
) -> int:
    """How many bytes `picture_bytes` gives."""
    path = picture_path(bundles_dir, bundle_id, stimulus_id, is_option)
    return path.stat().st_size


def picture_path(
    bundles_dir: Path, bundle_id: str, stimulus_id: str, is_option: bool
) -> Path:
    """The file that a browser gets."""
    folder = OPTIONS_FOLDER if is_option else IMAGES_FOLDER
    return bundles_dir / bundle_id / folder / f"{stimulus_id}.png"


@lru_cache(maxsize=8)  # bundles never change
def _load(folder: Path) -> Bundle:
    return read_manifest(folder)
