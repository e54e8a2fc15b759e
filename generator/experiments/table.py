"""What the table says of a picture, and what stands under it on the sheet."""

from collections.abc import Sequence
from typing import Any

from generator.experiments.scene import PoolPercentiles
from generator.experiments.trial import Shown

Row = dict[str, Any]


def row_of(
    shown: Shown, *, band: str, percentiles: PoolPercentiles, file: str | None
) -> Row:
    """The columns of metrics.csv, settings of the experiment last.

    Percentiles are those of the network with its own weights, so that pictures of
    random weights have none.
    """

    def percentile(activation: float | None) -> float | None:
        if activation is None or shown.weights is not None:
            return None
        return percentiles.of(shown.feature, activation)

    made = shown.made
    return {
        "band": band,
        "label": shown.label,
        "kind": shown.kind,
        "status": shown.status,
        "photograph": shown.photograph or None,
        "feature_id": str(shown.feature),
        "direction": _direction(shown),
        "weights": "own" if shown.weights is None else str(shown.weights),
        "activation_before": shown.activation_before,
        "activation_after": shown.activation_after,
        "percentile_before": percentile(shown.activation_before),
        "percentile_after": percentile(shown.activation_after),
        "ssim": made.ssim if made else None,
        "latent_distance": made.latent_distance if made else None,
        "latent_distance_relative": made.latent_distance_relative if made else None,
        "regularization_layer": made.regularization_layer if made else None,
        "regularization_weight": made.regularization_weight if made else None,
        "regularization_balance": made.balance if made else None,
        "n_steps": made.n_steps if made else None,
        "rng_seed": shown.rng_seed,
        "file": file,
        **shown.setting,
    }


def _direction(shown: Shown) -> str | None:
    if shown.kind == "natural":
        return None
    return "suppress" if shown.suppress else "accentuate"


def caption_of(shown: Shown, row: Row) -> list[str]:
    """Activation, percentile and similarity, and what the experiment adds."""
    lines = []
    if shown.activation_after is not None:
        before = shown.activation_before
        after = number(shown.activation_after)
        lines.append(after if before is None else f"{number(before)} to {after}")
    if row["percentile_after"] is not None:
        lines.append(f"percentile {row['percentile_after']:.1f}")
    if row["ssim"] is not None:
        lines.append(f"SSIM {row['ssim']:.3f}")
    if shown.status == "target_not_reached":
        lines.append("level not reached")
    return [*lines, *shown.caption]


def number(value: float) -> str:
    """An activation with as many digits as say something."""
    return f"{value:.2f}" if abs(value) >= 0.05 or value == 0 else f"{value:.2g}"


def filled(rows: Sequence[Row]) -> list[Row]:
    """Rows with the columns of all of them, None where one has no such column."""
    columns = dict.fromkeys(name for row in rows for name in row)
    return [{name: row.get(name) for name in columns} for row in rows]
