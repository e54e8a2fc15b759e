"""A stimulus bundle of plain pictures, for a server that is only to be tried out.

Every picture is a ground of one colour with a stripe in another: it says nothing, and
costs as little to make as it does to send. No Flask.
"""

import hashlib
import json
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image

from study_server.bundle import SCHEMA_VERSION, content_digest
from study_server.png import encode_png

SIDE_PX = 32
STRIPE_PX = 8
N_TILES = 2
RNG_SEED = 1
BUNDLE_NAME = "plain"


def write_plain_bundle(parent: Path, *, n_features: int) -> Path:
    """Write a bundle into a new folder inside `parent`.

    Args:
        n_features: each with `N_TILES` exemplars and one query pair.

    Returns:
        The bundle's folder.
    """
    rng = Random(RNG_SEED)
    stimuli: list[dict[str, Any]] = []
    features = [_feature(number, stimuli, rng) for number in range(n_features)]
    pairs = [_query_pair(number, stimuli, rng) for number in range(n_features)]
    folder = parent / "unnamed"
    (folder / "images").mkdir(parents=True)
    for stimulus in stimuli:
        content = _picture(rng)
        (folder / stimulus["file"]).write_bytes(content)
        stimulus["sha256"] = hashlib.sha256(content).hexdigest()
    manifest: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "generator": {"version": "0", "commit": None, "device": "none"},
        "network": {"name": BUNDLE_NAME, "input_px": SIDE_PX},
        "config": {},
        "pool": {"n_images": len(stimuli), "sha256": "0" * 64, "classes": {}},
        "matching": {},
        "features": features,
        "query_pairs": pairs,
        "stimuli": sorted(stimuli, key=lambda row: str(row["stimulus_id"])),
    }
    manifest["bundle_id"] = f"{BUNDLE_NAME}-{content_digest(manifest)}"
    text = json.dumps(manifest, sort_keys=True, indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    return folder.rename(parent / manifest["bundle_id"])


def feature_name(number: int) -> str:
    """The id of the feature of that number, from 0."""
    return f"{BUNDLE_NAME}:{number}"


def _feature(
    number: int, stimuli: list[dict[str, Any]], rng: Random
) -> dict[str, object]:
    return {
        "feature_id": feature_name(number),
        "label": None,
        "layer": BUNDLE_NAME,
        "unit_index": number,
        "natural": [_stimulus(number, stimuli, rng) for _ in range(N_TILES)],
        "seed_images": [],
        "accentuations": [],
        "feature_visualizations": [],
        "attributions": [],
        "controls": {},
    }


def _query_pair(
    number: int, stimuli: list[dict[str, Any]], rng: Random
) -> dict[str, object]:
    return {
        "query_pair_id": f"pair-{number}",
        "feature_id": feature_name(number),
        "stratum": "near",
        "high_stimulus_id": _stimulus(number, stimuli, rng, percentile=99.0),
        "low_stimulus_id": _stimulus(number, stimuli, rng, percentile=40.0),
        "activation_gap": 59.0,
    }


def _stimulus(
    number: int,
    stimuli: list[dict[str, Any]],
    rng: Random,
    *,
    percentile: float = 80.0,
) -> str:
    """Note one more stimulus; its id."""
    stimulus_id = f"{rng.getrandbits(128):032x}"
    stimuli.append(
        {
            "stimulus_id": stimulus_id,
            "kind": "natural",
            "file": f"images/{stimulus_id}.png",
            "feature_id": feature_name(number),
            "seed_image_id": None,
            "class_label": None,
            "perceptual_hash": f"{rng.getrandbits(64):016x}",
            "activation_percentile": percentile,
            "width_px": SIDE_PX,
            "height_px": SIDE_PX,
        }
    )
    return stimulus_id


def _picture(rng: Random) -> bytes:
    def colour() -> tuple[int, int, int]:
        return rng.randrange(256), rng.randrange(256), rng.randrange(256)

    image = Image.new("RGB", (SIDE_PX, SIDE_PX), colour())
    left = rng.randrange(SIDE_PX - STRIPE_PX)
    image.paste(colour(), (left, 0, left + STRIPE_PX, SIDE_PX))
    return encode_png(image)
