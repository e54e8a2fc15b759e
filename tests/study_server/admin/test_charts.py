"""Bars stand where the numbers say."""

from study_server.admin.charts import CHART_HEIGHT_PX, arrival_bars
from study_server.services.monitor import ArrivalCount
from tests.study_server.rows import MORNING


def test_the_fullest_hour_is_as_high_as_the_chart() -> None:
    bars = arrival_bars([ArrivalCount(MORNING, n) for n in (0, 1, 4)])

    assert [bar.height_px for bar in bars] == [0, CHART_HEIGHT_PX / 4, CHART_HEIGHT_PX]
    assert all(bar.y_px + bar.height_px == CHART_HEIGHT_PX for bar in bars)


def test_a_day_without_arrivals_has_no_bars() -> None:
    bars = arrival_bars([ArrivalCount(MORNING, 0)] * 24)

    assert {bar.height_px for bar in bars} == {0}
