"""What the table says of a picture, and what stands under it on the sheet."""

from collections.abc import Sequence

from generator.experiments.trial import Shown
from generator.images.tables import NaturalPool, Row


def row_of(shown: Shown, *, band: str, pool: NaturalPool, file: str | None) -> Row:
    """The columns of metrics.csv, settings of the experiment last.

    Percentiles and z scores are those of the network with its own weights, so that
    pictures of random weights have none.
    """
    before, after = shown.activation_before, shown.activation_after
    return {
        "band": band,
        "label": shown.label,
        "kind": shown.kind,
        "status": shown.status,
        "photograph": shown.photograph or None,
        "feature_id": str(shown.feature),
        "suppress": shown.suppress,
        "weights": "own" if shown.weights is None else str(shown.weights),
        "activation_before": before,
        "activation_after": after,
        "percentile_before": _percentile(shown, pool, before),
        "percentile_after": _percentile(shown, pool, after),
        "z_before": _z_score(shown, pool, before),
        "z_after": _z_score(shown, pool, after),
        "n_pool": pool.n_images,
        **_measured(shown),
        "rng_seed": shown.rng_seed,
        "file": file,
        **shown.setting,
    }


def _percentile(
    shown: Shown, pool: NaturalPool, activation: float | None
) -> float | None:
    if activation is None or shown.weights is not None:
        return None
    return pool.percentile(shown.feature, activation)


def _z_score(shown: Shown, pool: NaturalPool, activation: float | None) -> float | None:
    if activation is None or shown.weights is not None or not pool.n_images:
        return None
    return pool.z_score(shown.feature, activation)


def _measured(shown: Shown) -> Row:
    """What was measured of an accentuation; None for other pictures."""
    made = shown.made
    metrics = made.metrics if made else None
    return {
        "ssim": metrics and metrics.ssim,
        "pixel_rmse": metrics and metrics.pixel_rmse,
        "latent_distance": made and made.latent_distance,
        "latent_distance_relative": made and made.latent_distance_relative,
        "spectral_slope_before": metrics and metrics.spectral_slope_before,
        "spectral_slope_after": metrics and metrics.spectral_slope_after,
        "top1_before": metrics and next(iter(metrics.top_before), None),
        "top1_after": metrics and next(iter(metrics.top_after), None),
        "top5_before": metrics and "; ".join(metrics.top_before),
        "top5_after": metrics and "; ".join(metrics.top_after),
        "specificity": metrics and metrics.specificity,
        "regularization_layer": made and made.regularization_layer,
        "regularization_weight": made and made.regularization_weight,
        "regularization_balance": made and made.balance,
        "n_steps": made and made.n_steps,
    }


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
