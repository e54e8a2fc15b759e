"""scikit-image's own photographs, checked to be the ones the classes were drawn on."""

import hashlib
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PIL import Image

from generator.errors import PhotographError

REMEDY = (
    "The demo needs the files that come inside scikit-image 0.25 or 0.26: "
    "`pip install 'scikit-image>=0.25,<0.27'`."
)

PIXELS_SHA256: dict[str, str] = {
    "astronaut.png": "e9e43b772199d75fea7ee69ba270b7043c9bed9423101ed6b49d1bf139751b12",
    "brick.png": "a3c0e7510ea0e3c103dfb0a5deac5bc159ea890bed06104011f9d9ce5b694b82",
    "chelsea.png": "3117c235f9a39ce9df22a2421640969498701ae1bb9023968770a285195899f9",
    "coffee.png": "6586c6f66d8940ba22b9ba30cec652f00401c34608192d183f40fcfb86a59d23",
    "coins.png": "27046dcb76869da4531bb817f4b8d4a64e479eb16148aebd20034b96f08e863a",
    "grass.png": "48488c6efc6c7f359593f0f8036fb38a12d8d99b11b710d49718d15e92b378b7",
    "gravel.png": "def69b835f5b83e022496c3ffcbac58090e695dda2a54f12b8475034b1b14151",
    "hubble_deep_field.jpg": "722e6513ad682c735cef59c94a5fc982"
    "b6a6927f1ed74d7ba0cb7cfd339c779f",
    "ihc.png": "e3ff1183d8ec5ecc190d9cc4fc97b678810ef82c491840e9ee8808823fcfe2e3",
    "moon.png": "ea35172976108f6568131625b517d18587a5fed21c0a387b8d4a99e42ae5d652",
    "motorcycle_left.png": "3dd2e412d921fe3e9da3f7cb5ddce6f6"
    "99dd2b0f557c0c948540993ed0077347",
    "page.png": "b92860591453fa4890efae4ab7967ec36442d6778027631d097e26e73becc8bd",
    "rocket.jpg": "9a7e9a2899184235d414cd552c796c5e42fbefa392d89216509db16cc601b804",
    "text.png": "7c625015b96a829de3b2d5bff09db24371f86fe065d48a50e5a84b64badadf68",
}
"""Of each photograph used, by file name; see `pixels_sha256`."""


CONTRAST: dict[str, float] = {"moon.png": 2.5, "text.png": 1.5}
"""Faint photographs, and the factor that makes craters and ink plain."""


def read_source(name: str) -> Image.Image:
    """One of scikit-image's photographs, 8-bit RGB, faint ones with more contrast.

    Raises:
        PhotographError: scikit-image or the file is missing, or its pixels are not
            those the classes were drawn on.
    """
    path = folder() / name
    try:
        with Image.open(path) as file:
            picture = file.convert("RGB")
    except OSError as error:
        raise PhotographError(
            f"scikit-image's photograph {name} cannot be read: {error}. {REMEDY}"
        ) from error
    if pixels_sha256(picture) != PIXELS_SHA256[name]:
        raise PhotographError(
            f"{path} is not the photograph the classes were drawn on: its pixels have "
            f"SHA-256 {pixels_sha256(picture)}, expected {PIXELS_SHA256[name]} "
            f"(scikit-image {metadata.version('scikit-image')}). {REMEDY}"
        )
    return with_contrast(picture, CONTRAST.get(name, 1.0))


def with_contrast(picture: Image.Image, factor: float) -> Image.Image:
    """The picture with each channel's distance from its median times a factor."""
    if factor == 1:
        return picture
    levels = np.asarray(picture, dtype=np.float32)  # (H, W, 3)
    median = np.median(levels, axis=(0, 1))  # (3,)
    stretched = median + factor * (levels - median)
    return Image.fromarray(stretched.round().clip(0, 255).astype(np.uint8))


def folder() -> Path:
    """Where scikit-image keeps its photographs; scikit-image itself is not imported."""
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise PhotographError(f"scikit-image is not installed. {REMEDY}")
    return Path(spec.origin).parent / "data"


def pixels_sha256(picture: Image.Image) -> str:
    """SHA-256 of the size and of the pixels' levels."""
    digest = hashlib.sha256(f"{picture.width} x {picture.height}\n".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()
