"""The figure of a measurement: raw means and scores by layer, and the checks."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from generator.circuits.checks import SENSITIVITY_AUC, verdicts
from generator.circuits.kernels import KernelRow, mean_response
from generator.circuits.rows import TOP
from generator.circuits.summary import SummaryRow
from generator.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from generator.circuits.run import CircuitResult

COLORS = {
    "natural": "#000000",
    "seed_image": "#7f7f7f",
    "accentuation": "#0072b2",
    "accentuation_without_penalty": "#56b4e9",
    "feature_visualization_fourier": "#d55e00",
    "feature_visualization_phase": "#e69f00",
    "adversarial": "#cc79a7",
    "accentuation_of_other_feature": "#009e73",
    "random": "#7f7f7f",
}
"""Of each kind; the colors of Okabe & Ito, told apart by the color-blind."""

_DPI = 110


def check_figures_installed() -> None:
    """Refuse early where no figure can be drawn.

    Raises:
        ConfigError: matplotlib is not installed.
    """
    try:
        import matplotlib  # noqa: F401 - an extra; most commands need no figures
    except ImportError as error:
        raise ConfigError(
            "the figure needs matplotlib: pip install 'accentuate[figures]', or leave "
            "the figure out with --no-figure"
        ) from error


def circuit_figure(result: "CircuitResult") -> Image.Image:
    """Six panels; layers where a check failed are shaded and named UNINFORMATIVE."""
    # An extra, imported where it is used; no window, no global state.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    shown = [
        r for r in result.summary if (r.similarity, r.reference) == ("pearson", TOP)
    ]
    layers = list(dict.fromkeys(row.layer for row in shown))
    failed = verdicts(result.checks)
    dead = [i for i, layer in enumerate(layers) if failed.get(layer)]
    figure = Figure(figsize=(16, 9.5), dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    panels: Any = figure.subplots(2, 3)
    _coherence(panels[0, 0], shown, layers)
    _score(panels[0, 1], shown, layers, result)
    _near_seed(panels[0, 2], shown, layers)
    _sensitivity(panels[1, 0], result, layers)
    _levels(panels[1, 1], result)
    _causal(panels[1, 2], result.kernels)
    for panel in (*panels[0], panels[1, 0]):
        _layer_axis(panel, layers, dead)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4)
    figure.suptitle(_title(result, dead, len(layers)))
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return Image.open(buffer).convert("RGB")


def _title(result: "CircuitResult", dead: Sequence[int], n_layers: int) -> str:
    n = len(result.made)
    text = f"Circuit coherence, {result.prepared.network.name}, {n} features"
    if len(dead) == n_layers:
        return f"{text}: UNINFORMATIVE, the measure failed its checks at every layer"
    if dead:
        return f"{text}; at shaded layers the measure failed its checks: UNINFORMATIVE"
    return text


def _by_kind(shown: Sequence[SummaryRow]) -> dict[str, list[SummaryRow]]:
    kinds: dict[str, list[SummaryRow]] = {}
    for row in shown:
        kinds.setdefault(row.kind, []).append(row)
    return kinds


def _line(
    panel: "Axes",
    rows: Sequence[SummaryRow],
    layers: Sequence[str],
    field: str,
    shift: float,
) -> None:
    """Means with their intervals."""
    x = np.array([layers.index(row.layer) for row in rows]) + shift
    mean, low, high = (
        np.array([getattr(row, name) for row in rows])
        for name in (field, f"{field}_low", f"{field}_high")
    )
    below, above = (np.nan_to_num(np.abs(end - mean)) for end in (low, high))
    panel.errorbar(
        x,
        mean,
        yerr=[below, above],
        fmt="o-",
        markersize=4,
        capsize=2,
        linewidth=1.2,
        color=COLORS[rows[0].kind],
        label=rows[0].kind.replace("_", " "),
    )


def _shifts(n: int) -> list[float]:
    return [float(x) for x in (np.arange(n) - (n - 1) / 2) * 0.06]


def _coherence(
    panel: "Axes", shown: Sequence[SummaryRow], layers: Sequence[str]
) -> None:
    kinds = _by_kind(shown)
    for shift, rows in zip(_shifts(len(kinds)), kinds.values(), strict=True):
        _line(panel, rows, layers, "coherence", shift)
    natural = kinds["natural"]
    x = [layers.index(row.layer) for row in natural]
    for field, style in (("ceiling", "--"), ("floor", ":")):
        y = [getattr(row, field) for row in natural]
        panel.plot(x, y, style, color="black", linewidth=1)
    panel.set_title("coherence with top photographs (raw; -- ceiling, ·· floor)")
    panel.set_ylabel("mean Pearson r of channel attributions")


def _score(
    panel: "Axes",
    shown: Sequence[SummaryRow],
    layers: Sequence[str],
    result: "CircuitResult",
) -> None:
    kinds = {kind: rows for kind, rows in _by_kind(shown).items() if kind != "natural"}
    shifts = dict(zip(kinds, _shifts(len(kinds)), strict=True))
    for kind, rows in kinds.items():
        _line(panel, rows, layers, "score", shifts[kind])
    values: dict[tuple[str, str, str], list[float]] = {}
    for row in result.rows:
        is_shown = (row.similarity, row.reference) == ("pearson", TOP)
        if is_shown and row.is_matched and row.kind in kinds and row.is_defined:
            key = (row.kind, row.layer, row.feature_id)
            values.setdefault(key, []).append(row.score)
    for (kind, layer, _), scores in values.items():
        x = layers.index(layer) + shifts[kind]
        panel.plot(x, np.mean(scores), ".", color=COLORS[kind], alpha=0.3)
    for y in (0.0, 1.0):
        panel.axhline(y, color="black", linewidth=0.8, linestyle="--" if y else ":")
    panel.set_title("score: 0 floor, 1 ceiling (small: single features)")
    panel.set_ylabel("score; above 1 is an artifact")


def _near_seed(
    panel: "Axes", shown: Sequence[SummaryRow], layers: Sequence[str]
) -> None:
    kinds = {
        kind: rows
        for kind, rows in _by_kind(shown).items()
        if kind != "seed_image"
        and any(
            row.similarity_to_seed_image == row.similarity_to_seed_image for row in rows
        )
    }
    for shift, rows in zip(_shifts(len(kinds)), kinds.values(), strict=True):
        _line(panel, rows, layers, "similarity_to_seed_image", shift)
    panel.set_title("similarity to the own seed image's circuit")
    panel.set_ylabel("Pearson r of channel attributions")


def _sensitivity(panel: "Axes", result: "CircuitResult", layers: Sequence[str]) -> None:
    found = {c.layer: c.value for c in result.checks if c.id == "sensitivity"}
    panel.bar(
        range(len(layers)),
        [np.nan_to_num(found.get(layer, np.nan)) for layer in layers],
        color=COLORS["adversarial"],
    )
    panel.axhline(SENSITIVITY_AUC, color="black", linestyle="--", linewidth=1)
    panel.set_ylim(0, 1.02)
    panel.set_title("check: photographs above adversarial pictures")
    panel.set_ylabel(f"AUC; must exceed {SENSITIVITY_AUC:g}")


def _levels(panel: "Axes", result: "CircuitResult") -> None:
    """How near each picture came to the level, in units of the natural range."""
    prepared = result.prepared
    kinds = list(dict.fromkeys(row.kind for row in result.rows))
    for index, feature in enumerate(prepared.features):
        sets, layer = prepared.sets.features[index], prepared.layers[feature][0]
        place = (index / len(prepared.features) - 0.5) * 0.5
        for row in result.rows:
            is_one = (row.similarity, row.reference) == ("pearson", TOP)
            if is_one and (row.feature_id, row.layer) == (str(feature), layer):
                off = (row.activation - sets.level) / sets.activation_range
                x, mark = kinds.index(row.kind) + place, "." if row.is_matched else "x"
                panel.plot(x, off, mark, color=COLORS[row.kind], alpha=0.6)
    panel.axhline(0, color="black", linewidth=0.8)
    names = [kind.replace("_", " ") for kind in kinds]
    panel.set_xticks(range(len(kinds)), names, rotation=30, ha="right", fontsize=8)
    panel.set_title("activation minus level (x: missed it, left out)")
    panel.set_ylabel("fraction of the natural range")


def _causal(panel: "Axes", kernels: Sequence[KernelRow]) -> None:
    kinds = list(dict.fromkeys(row.kind for row in kernels))
    for kind in kinds:
        found = [row for row in kernels if row.kind == kind]
        fractions = sorted({row.fraction for row in found})
        means = [mean_response(found, fraction) for fraction in fractions]
        label = kind.replace("_", " ")
        panel.plot(
            fractions, means, "o-", color=COLORS[kind], markersize=4, label=label
        )
    panel.set_title("causal test: only this circuit's kernels kept")
    panel.set_xlabel("share of kernels kept in each layer")
    panel.set_ylabel("r of pruned and intact responses")
    if kinds:
        panel.legend(fontsize=7)
    else:
        panel.text(0.5, 0.5, "left out", ha="center", transform=panel.transAxes)


def _layer_axis(panel: "Axes", layers: Sequence[str], dead: Sequence[int]) -> None:
    panel.set_xticks(range(len(layers)), layers, rotation=20, ha="right", fontsize=8)
    panel.set_xlim(-0.5, len(layers) - 0.5)
    for index in dead:
        panel.axvspan(index - 0.45, index + 0.45, color="#bbbbbb", alpha=0.35, zorder=0)
