"""The file that keeps directions: written whole, checked when read. No torch.

A direction file (`.safetensors`) holds the directions of one layer of one network, and
everything needed to make them again. Its header is one JSON text, its only array is
`vectors`: (N, C), or (N, C, H, W) for spatial targets.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from generator.directions.direction import Direction, DirectionFile, ImageSet
from generator.errors import ConfigError, DirectionError
from generator.jobs import write_whole

SUFFIX = ".safetensors"
"""How the name of a direction file ends."""

_SCHEMA = "accentuate-directions/1"

_HEADER_KEY = "accentuate"
"""The only key of the file's metadata, because the order of several is not fixed."""


def check_destination(path: Path) -> None:
    """Refuse a name that would not be known as a direction file's.

    Raises:
        ConfigError: it does not end in `.safetensors`.
    """
    if path.suffix != SUFFIX:
        raise ConfigError(
            f"a direction file's name ends in {SUFFIX}; got {path.name!r}"
        )


def write_directions(path: Path, file: DirectionFile) -> None:
    """Write a direction file, whole; the same directions make the same bytes.

    Raises:
        ConfigError: the name does not end in `.safetensors`.
        OutputError: the disk refuses it.
    """
    check_destination(path)
    vectors = np.stack([direction.vector for direction in file.directions])
    header = _header(file)
    text = _as_text({**header, "sha256": _sha256(header, vectors)})
    write_whole(path, save({"vectors": vectors}, metadata={_HEADER_KEY: text}))


def read_directions(path: Path) -> DirectionFile:
    """Read a direction file and check all of it.

    Raises:
        DirectionError: missing, not a direction file, or damaged.
    """
    header, vectors = _read_parts(path)
    if header.get("schema") != _SCHEMA:
        raise DirectionError(
            f"{path} has the format {header.get('schema')!r}; this version reads "
            f"{_SCHEMA!r}. Make it again with `accentuate directions`."
        )
    if header.pop("sha256", None) != _sha256(header, vectors):
        raise DirectionError(
            f"{path} is not as it was written: its checksum does not hold. Make it "
            "again with `accentuate directions`."
        )
    return _from_parts(header, vectors)


def _header(file: DirectionFile) -> dict[str, Any]:
    """Everything about the directions except their numbers."""
    return {
        "schema": _SCHEMA,
        "layer": file.layer,
        "method": file.method,
        "network": file.network,
        "weights_sha256": file.weights_sha256,
        "settings": dict(file.settings),
        "images": [asdict(images) for images in file.images],
        "rng_seed": file.rng_seed,
        "quality": dict(file.quality),
        "generator": dict(file.generator),
        "directions": [
            {"name": d.name, "passes": d.passes, "quality": dict(d.quality)}
            for d in file.directions
        ],
    }


def _read_parts(path: Path) -> tuple[dict[str, Any], NDArray[np.float32]]:
    """Header and vectors as they stand in the file."""
    if not path.is_file():
        raise DirectionError(f"no direction file at {path}")
    try:
        with safe_open(path, framework="numpy") as stored:
            text = (stored.metadata() or {}).get(_HEADER_KEY)
            vectors = None if text is None else stored.get_tensor("vectors")
        header = None if text is None else json.loads(text)
    except (SafetensorError, OSError, ValueError) as error:
        raise DirectionError(
            f"{path} cannot be read as a direction file: {error}. Make one with "
            "`accentuate directions`."
        ) from error
    if not isinstance(header, dict) or vectors is None:
        raise DirectionError(
            f"{path} is a safetensors file, but holds no directions. Make some with "
            "`accentuate directions`."
        )
    return header, vectors


def _from_parts(
    header: Mapping[str, Any], vectors: NDArray[np.float32]
) -> DirectionFile:
    """The directions of a file whose checksum holds."""
    return DirectionFile(
        directions=tuple(
            Direction(
                name=entry["name"],
                layer=header["layer"],
                vector=vector,
                kind=header["method"],
                quality=entry["quality"],
                passes=entry["passes"],
            )
            for entry, vector in zip(header["directions"], vectors, strict=True)
        ),
        network=header["network"],
        weights_sha256=header["weights_sha256"],
        settings=header["settings"],
        images=tuple(ImageSet(**images) for images in header["images"]),
        rng_seed=header["rng_seed"],
        quality=header["quality"],
        generator=header["generator"],
    )


def _as_text(header: Mapping[str, Any]) -> str:
    return json.dumps(header, sort_keys=True, allow_nan=False, ensure_ascii=False)


def _sha256(header: Mapping[str, Any], vectors: NDArray[np.float32]) -> str:
    digest = hashlib.sha256(_as_text(header).encode())
    digest.update(f"{vectors.shape} {vectors.dtype}".encode())
    digest.update(np.ascontiguousarray(vectors).tobytes())
    return digest.hexdigest()
