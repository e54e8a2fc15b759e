"""One image of a bundle, and whether bytes are what the manifest says of it."""

import hashlib
import io
import struct
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from study_server.errors import BundleError

MAX_IMAGE_SIDE_PX = 4096  # refuses decompression bombs before a pixel is decoded
NOT_A_PICTURE = (
    OSError,
    SyntaxError,
    ValueError,
    struct.error,
    Image.DecompressionBombError,
    Image.DecompressionBombWarning,
)
"""What Pillow raises on bytes that are no PNG image of a sane size."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stimulus:
    """One image and what the server needs to know of it."""

    stimulus_id: str
    kind: str
    file: str
    sha256: str
    width_px: int
    height_px: int
    feature_id: str
    seed_image_id: str | None
    class_label: str | None = None
    perceptual_hash: str | None = None
    """64 bits as 16 hex digits; None in bundles without it."""
    activation: float | None = None
    """How much it drives its feature; None where nothing was measured."""
    activation_percentile: float | None = None
    """Share of the pool below it, 0 to 100; None where nothing was measured."""
    activation_z: float | None = None
    """In standard deviations of the pool, from its mean."""
    activation_rank: int | None = None
    """Of a photograph in the pool, 1 the strongest."""


def check_image(content: bytes, stimulus: Stimulus) -> None:
    """Refuse an image whose bytes are not those the manifest describes."""
    digest = hashlib.sha256(content).hexdigest()
    if digest != stimulus.sha256:
        raise BundleError(
            f"{stimulus.file}: SHA-256 is {digest}, the manifest says "
            f"{stimulus.sha256}. The file was changed or damaged; copy the bundle anew."
        )
    decode_image(content, stimulus)


def decode_image(content: bytes, stimulus: Stimulus) -> Image.Image:
    """The picture, fully decoded, or a BundleError that names it."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            _check_size(image, stimulus)
            image.load()
            if image.mode != "RGB":
                raise BundleError(
                    f"{stimulus.file}: pixels are {image.mode}; 8-bit RGB is needed"
                )
            return image.copy()
    except NOT_A_PICTURE as error:
        raise BundleError(
            f"{stimulus.file}: not a whole PNG image ({error})"
        ) from error


def read_file(path: Path) -> bytes:
    """The bytes of a file, or a BundleError that names it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise BundleError(
            f"{path}: cannot be read ({error.strerror}); is the folder a whole bundle?"
        ) from error


def _check_size(image: Image.Image, stimulus: Stimulus) -> None:
    expected = (stimulus.width_px, stimulus.height_px)
    if image.size != expected or max(image.size) > MAX_IMAGE_SIDE_PX:
        raise BundleError(
            f"{stimulus.file}: {image.size[0]} x {image.size[1]} pixels; the manifest "
            f"says {expected[0]} x {expected[1]}, at most {MAX_IMAGE_SIDE_PX} a side"
        )
