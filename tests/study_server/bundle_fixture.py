"""A small stimulus bundle, drawn on the spot, for tests of the server."""

import hashlib
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageChops, ImageDraw

from study_server.bundle import content_digest

IMAGE_SIDE_PX = 48


def write_bundle(
    parent: Path,
    *,
    n_features: int = 6,
    n_pairs: int = 2,
    n_tiles: int = 8,
    image_side_px: int = IMAGE_SIDE_PX,
    n_occlusions: int = 0,
    grain_bits: int = 0,
) -> Path:
    """Write a bundle into a new folder inside `parent` and return the folder.

    Features are `logit:feature-0`, …; each has `n_tiles` natural images and feature
    visualizations, half as many seed images, accentuations and attributions, and
    `n_pairs` pairs. With `n_occlusions` each has so many occluded photographs, minimal
    and blurred images, suppressed seed images and a matched control of each
    accentuation, as the presets need.
    Grain of 5 bits in each value makes pictures take as many bytes as photographs.
    """
    (parent / "new" / "images").mkdir(parents=True)
    rng = Random(7)
    stimuli: list[dict[str, Any]] = []
    features: list[dict[str, Any]] = []
    pairs: list[dict[str, Any]] = []
    for index in range(n_features):
        feature, feature_pairs, feature_stimuli = _feature(
            index,
            n_pairs=n_pairs,
            n_tiles=n_tiles,
            n_occlusions=n_occlusions,
            rng=rng,
        )
        features.append(feature)
        pairs += feature_pairs
        stimuli += feature_stimuli
    for stimulus in stimuli:
        content = _png(stimulus, image_side_px, grain_bits=grain_bits)
        stimulus["sha256"] = hashlib.sha256(content).hexdigest()
        stimulus["width_px"] = stimulus["height_px"] = image_side_px
        (parent / "new" / stimulus["file"]).write_bytes(content)
    manifest = {
        "schema_version": 2,
        "generator": {"version": "0", "commit": None, "device": "cpu"},
        "network": {"name": "tiny", "input_px": image_side_px},
        "config": {},
        "pool": {"n_images": 100, "sha256": "0" * 64, "classes": {}},
        "matching": {},
        "features": features,
        "query_pairs": pairs,
        "stimuli": sorted(stimuli, key=lambda row: str(row["stimulus_id"])),
    }
    return write_manifest(parent / "new", manifest)


def write_manifest(folder: Path, manifest: dict[str, Any]) -> Path:
    """Seal a manifest with its id and name the folder after it."""
    manifest["bundle_id"] = f"tiny-{content_digest(manifest)}"
    manifest["created_at"] = "2026-01-01T00:00:00Z"
    text = json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder.rename(folder.parent / manifest["bundle_id"])


def _feature(
    index: int, *, n_pairs: int, n_tiles: int, n_occlusions: int, rng: Random
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]]]:
    feature_id = f"logit:feature-{index}"
    made: list[dict[str, Any]] = []

    def make(kind: str, count: int, seeds: Iterator[str] | None = None) -> list[str]:
        for _ in range(count):
            stimulus_id = f"{rng.getrandbits(128):032x}"
            made.append(
                {
                    "stimulus_id": stimulus_id,
                    "kind": kind,
                    "file": f"images/{stimulus_id}.png",
                    "feature_id": feature_id,
                    "seed_image_id": next(seeds) if seeds else None,
                    "class_label": f"class-{index}",
                    "perceptual_hash": f"{rng.getrandbits(64):016x}",
                    "activation_percentile": round(rng.uniform(0, 100), 3),
                }
            )
        return [row["stimulus_id"] for row in made[-count:]]

    seed_images = make("seed_image", n_tiles // 2)
    feature = {
        "feature_id": feature_id,
        "label": f"feature-{index}",
        "layer": "logit",
        "unit_index": index,
        "natural": make("natural", n_tiles),
        "seed_images": seed_images,
        "accentuations": make("accentuation", n_tiles // 2, iter(seed_images)),
        "feature_visualizations": make("feature_visualization", n_tiles),
        "attributions": make("attribution", n_tiles // 2, iter(seed_images)),
        "controls": {},
    }
    pairs = [_query_pair(make, made, index, number) for number in range(n_pairs)]
    if n_occlusions:
        feature |= _extras(make, seed_images, n_tiles, n_occlusions, feature_id)
    return feature, pairs, made


def _query_pair(
    make: Callable[..., list[str]], made: list[dict[str, Any]], index: int, number: int
) -> dict[str, Any]:
    """A pair that keeps the rules of its stratum."""
    high, low = make("natural", 2)
    made[-2]["activation_percentile"] = 99.0 - number
    made[-1]["activation_percentile"] = 59.0 - 2 * number
    stratum = ("near", "far", "far", "within_class")[number % 4]
    if stratum == "far":
        made[-2]["class_label"] = f"class-elsewhere-{index}"
    return {
        "query_pair_id": f"pair-{index}-{number}",
        "feature_id": f"logit:feature-{index}",
        "stratum": stratum,
        "high_stimulus_id": high,
        "low_stimulus_id": low,
        "activation_gap": 40.0 + number,
    }


def _extras(
    make: Callable[..., list[str]],
    seed_images: list[str],
    n_tiles: int,
    n_occlusions: int,
    feature_id: str,
) -> dict[str, Any]:
    """What only some bundles have: the lists that presets and other tasks ask for."""
    control = "accentuation_random_feature"
    return {
        "controls": {control: make(control, len(seed_images), iter(seed_images))},
        "suppressions": make("suppression", len(seed_images), iter(seed_images)),
        "minimal": make("natural", n_tiles),
        "minimal_feature_visualizations": make(
            "minimal_feature_visualization", n_tiles
        ),
        "natural_blurred": make("natural_blurred", n_tiles),
        "occlusions": [
            {
                "occlusion_id": f"{feature_id}/{number}",
                "stimulus_id": make("natural", 1)[0],
                "most_stimulus_id": make("occlusion", 1)[0],
                "least_stimulus_id": make("occlusion", 1)[0],
                "activation_gap": 30.0 + number,
            }
            for number in range(n_occlusions)
        ],
    }


def _png(stimulus: dict[str, Any], side_px: int, *, grain_bits: int) -> bytes:
    """A picture of its own for each stimulus: shapes in colours from its id."""
    rng = Random(str(stimulus["stimulus_id"]))
    colour = tuple(rng.randrange(256) for _ in range(3))
    image = Image.new("RGB", (side_px, side_px), colour)
    draw = ImageDraw.Draw(image)
    for _ in range(4):
        x, y = rng.randrange(side_px), rng.randrange(side_px)
        size = rng.randrange(side_px // 8, side_px // 2)
        fill = tuple(rng.randrange(256) for _ in range(3))
        draw.ellipse((x - size, y - size, x + size, y + size), fill=fill)
    if grain_bits:
        grain = Image.frombytes("RGB", image.size, rng.randbytes(3 * side_px**2))
        image = ImageChops.add(
            image, grain.point(lambda level: level >> 8 - grain_bits)
        )
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
