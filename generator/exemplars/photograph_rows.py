"""What a table says of one photograph and one feature. No torch."""

from typing import Any

from generator.exemplars.tiles import FeaturePool
from generator.features import Feature
from generator.natural_activations import NaturalActivations


def photograph_row(
    index: NaturalActivations, feature: Feature, pool: FeaturePool, position: int
) -> dict[str, Any]:
    """Columns of a photograph's part in a table.

    Args:
        pool: `index.pool(feature)`, made once for many rows.
        position: of the photograph in the pool.

    Returns:
        feature_id, path, sha256, class_label; activation, its percentile (0 to 100,
        among n_images photographs), z_score and rank (1 the strongest).
    """
    photograph = index.photographs[position]
    activation = float(pool.activations[position])
    natural = index.natural(feature)
    return {
        "feature_id": str(feature),
        "path": photograph.path,
        "sha256": photograph.sha256,
        "class_label": photograph.class_label,
        "activation": activation,
        "percentile": float(pool.percentiles[position]),
        "n_images": index.n_images,
        "z_score": None if natural.is_dead else natural.z_score(activation),
        "rank": int((pool.activations > pool.activations[position]).sum()) + 1,
    }
