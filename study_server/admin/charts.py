"""Where the bars of a small chart stand. No Flask."""

from collections.abc import Sequence
from typing import NamedTuple

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
