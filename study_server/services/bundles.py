"""Taking in stimulus bundles, and finding them again."""

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
    if stored is not None and (bundles_dir / bundle.bundle_id).is_dir():
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
        (temporary / "images").mkdir()
        manifest = read_file(bundle.folder / "manifest.json")
        (temporary / "manifest.json").write_bytes(manifest)
        for stimulus in bundle.stimuli.values():
            content = read_file(bundle.folder / stimulus.file)
            check_image(content, stimulus)
            picture = encode_png(decode_image(content, stimulus))
            (temporary / stimulus.file).write_bytes(picture)
        temporary.chmod(0o755)
        if target.exists():  # left by an import whose transaction failed
            shutil.rmtree(target)
        temporary.rename(target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    logger.info("imported %d images of %s", len(bundle.stimuli), bundle.bundle_id)
    return target


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
    images = bundles_dir / bundle_id / "images"
    content = (images / f"{stimulus_id}.png").read_bytes()
    return pad_png(content, option_bytes(images)) if is_option else content


def picture_length(
    stimulus_id: str, *, bundles_dir: Path, bundle_id: str, is_option: bool
) -> int:
    """How many bytes `picture_bytes` gives."""
    images = bundles_dir / bundle_id / "images"
    if is_option:
        return option_bytes(images)
    return (images / f"{stimulus_id}.png").stat().st_size


@lru_cache(maxsize=8)  # bundles never change
def option_bytes(images: Path) -> int:
    """The length every option of a bundle is padded to: the least that suits all."""
    return max(path.stat().st_size for path in images.iterdir()) + MIN_PADDING


@lru_cache(maxsize=8)  # bundles never change
def _load(folder: Path) -> Bundle:
    return read_manifest(folder)
