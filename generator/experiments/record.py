"""What a figure was made of: settings, network, photographs, versions, pictures."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from generator.experiments.request import FigureRequest
from generator.experiments.scene import Scene
from generator.experiments.table import filled
from generator.file_hash import set_sha256
from generator.images.tables import Row
from generator.network_record import describe_network
from generator.provenance import describe_generator


def figure_record(
    scene: Scene,
    *,
    experiment: str,
    is_finished: bool,
    remarks: Sequence[str],
    rows: Sequence[Row],
) -> dict[str, Any]:
    """The content of figure.json."""
    return {
        "figure": experiment,
        "is_finished": is_finished,
        "remarks": list(remarks),
        "asked": _asked(scene.request),
        "config": asdict(scene.config) | {"canvas_px": scene.canvas_px},
        "network": describe_network(scene.network),
        "photographs": {str(seed.path): seed.sha256 for seed in scene.seed_images},
        "pool": {
            "n_images": len(scene.pool),
            "sha256": set_sha256(scene.pool_files) if scene.pool else None,
        },
        "rng_seed": scene.rng_seed,
        "pictures": filled(rows),
        "generator": describe_generator(scene.network.device),
    }


def _asked(request: FigureRequest) -> dict[str, Any]:
    """The choices of the request as plain values."""
    return {
        "features": [str(feature) for feature in request.features],
        "values": list(request.values),
        "true_label": request.true_label,
        "unrelated_label": request.unrelated_label,
        "level": request.level,
        "n_clusters": request.n_clusters,
        "n_top": request.n_top,
        "show_masks": request.show_masks,
    }
