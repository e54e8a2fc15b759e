"""The trade-off curve: activation, and distance, against the time spent."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from generator.benchmark.equal_result import Point
from generator.circuits.figure import check_figures_installed
from generator.results.result_folder import ResultFolder

_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # told apart by the color-blind
_MARKERS = ("o", "s", "^", "D")
_DPI = 110


def write_trade_off(points: Sequence[Point], out: ResultFolder) -> Path:
    """Write `trade_off.csv` and `trade_off.png`.

    Returns:
        The figure's path.

    Raises:
        MissingExtraError: matplotlib is missing.
    """
    out.write_table("trade_off.csv", [point.to_json() for point in points])
    return out.write_picture("trade_off.png", _figure(points))


def _figure(points: Sequence[Point]) -> Image.Image:
    check_figures_installed()
    import matplotlib.figure  # an extra; most commands need no figures

    figure = matplotlib.figure.Figure(figsize=(9, 4.2), layout="constrained")
    axes = np.atleast_1d(figure.subplots(1, 2, sharex=True))
    for n, library in enumerate(dict.fromkeys(point.library for point in points)):
        own = [point for point in points if point.library == library]
        seconds = [point.seconds for point in own]
        style = {"color": _COLORS[n % 4], "marker": _MARKERS[n % 4], "label": library}
        axes[0].plot(seconds, [point.activation for point in own], **style)
        axes[1].plot(seconds, [1 - point.ssim for point in own], **style)
    axes[0].set_ylabel("activation of the feature")
    axes[1].set_ylabel("1 − SSIM to the photograph")
    for axis in axes:
        axis.set_xscale("log")
        axis.set_xlabel("seconds")
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False)
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=_DPI, metadata={"Software": ""})
    return Image.open(buffer).convert("RGB")
