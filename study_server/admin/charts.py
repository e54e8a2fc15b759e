"""Where the bars and squares of small charts stand. No Flask."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from study_server.services.live import CellCount
from study_server.services.monitor import ArrivalCount

BAR_WIDTH_PX = 20
BAR_STEP_PX = 26
CHART_HEIGHT_PX = 80


class Bar(NamedTuple):
    """One bar of the chart, from its top left corner."""

    x_px: int
    y_px: float
    width_px: int
    height_px: float
    label: str
    n: int


def arrival_bars(arrivals: Sequence[ArrivalCount]) -> list[Bar]:
    """One bar per hour; the fullest hour is as high as the chart."""
    most = max((hour.n_sessions for hour in arrivals), default=0)
    bars = []
    for index, hour in enumerate(arrivals):
        height_px = CHART_HEIGHT_PX * hour.n_sessions / most if most else 0.0
        bars.append(
            Bar(
                x_px=index * BAR_STEP_PX,
                y_px=round(CHART_HEIGHT_PX - height_px, 1),
                width_px=BAR_WIDTH_PX,
                height_px=round(height_px, 1),
                label=f"{hour.hour:%H}",
                n=hour.n_sessions,
            )
        )
    return bars


class Row(NamedTuple):
    """One line of a chart of horizontal bars."""

    label: str
    y_px: int
    width_px: float
    lost_px: float
    """From the end of the bar to that of the one above it."""

    n: int


class Square(NamedTuple):
    """One cell of a matrix."""

    x_px: int
    y_px: int
    label: str
    opacity: float


FUNNEL_WIDTH_PX = 420
ROW_STEP_PX = 26
SQUARE_PX = 34
N_BINS = 24
SHORTEST_MS, LONGEST_MS = 200.0, 60_000.0


def funnel_rows(counts: Sequence[tuple[str, int]]) -> list[Row]:
    """One bar per stage; the first is as wide as the chart."""
    most = max((n for _, n in counts), default=0) or 1
    rows, above = [], FUNNEL_WIDTH_PX * (counts[0][1] if counts else 0) / most
    for index, (label, n) in enumerate(counts):
        width = FUNNEL_WIDTH_PX * n / most
        lost = max(0.0, above - width)
        rows.append(Row(label, index * ROW_STEP_PX, round(width, 1), round(lost, 1), n))
        above = width
    return rows


def time_bars(times_ms: Sequence[float]) -> list[Bar]:
    """A histogram over the logarithm of time; what lies outside goes to the ends."""
    counts = [0] * N_BINS
    span = math.log(LONGEST_MS / SHORTEST_MS)
    for time_ms in times_ms:
        share = math.log(max(time_ms, SHORTEST_MS) / SHORTEST_MS) / span
        counts[min(int(share * N_BINS), N_BINS - 1)] += 1
    most = max(counts) or 1
    return [
        Bar(
            x_px=index * BAR_STEP_PX,
            y_px=round(CHART_HEIGHT_PX * (1 - n / most), 1),
            width_px=BAR_WIDTH_PX,
            height_px=round(CHART_HEIGHT_PX * n / most, 1),
            label=f"{SHORTEST_MS / 1000 * math.exp(span * index / N_BINS):.2g}",
            n=n,
        )
        for index, n in enumerate(counts)
    ]


def cell_squares(cells: Sequence[CellCount]) -> list[Square]:
    """Lists down, orders across; the fuller a cell, the darker."""
    most = max((each.n_completed for each in cells), default=0) or 1
    return [
        Square(
            x_px=each.sequence_index * SQUARE_PX,
            y_px=each.list_index * SQUARE_PX,
            label=f"{each.n_completed}+{each.n_running}",
            opacity=round(0.1 + 0.6 * each.n_completed / most, 2),
        )
        for each in cells
    ]
