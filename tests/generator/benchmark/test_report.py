"""What the benchmark says: medians, ratios, a table and one JSON object."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from generator.benchmark.comparison import Comparison
from generator.benchmark.equal_result import Point, speedup_at_equal_result
from generator.benchmark.inputs import PictureResult
from generator.benchmark.report import BenchmarkReport
from generator.benchmark.scaling import JobsScaling
from generator.benchmark.setting import BenchmarkSetting
from generator.benchmark.timing import Checkpoint, Timing
from generator.benchmark.trade_off_figure import write_trade_off
from generator.results.result_folder import ResultFolder

RESULT = PictureResult(
    activation_before=1.0, activation=4.0, latent_distance=2.0, ssim=0.9
)


def run_of(library: str, *steps: float, floor: float = 0.0) -> Timing:
    """A run whose steps took so many seconds."""
    return Timing(
        library=library,
        versions={library: "1.2"},
        step_seconds=steps,
        peak_memory_mb=1000.0,
        memory_before_mb=800.0,
        own_settings={},
        checkpoints=(Checkpoint(n_steps=3, seconds=sum(steps), result=RESULT),),
        floor_seconds=(floor,) * len(steps) if floor else (),
    )


def comparison() -> Comparison:
    """Medians by hand: ours 2 seconds a step and 10 before; faccent 12 and 4."""
    return Comparison(
        setting=BenchmarkSetting(photograph=Path("cat.png")),
        ours=[
            run_of("accentuate", 12.0, 2.0, 2.0, floor=1.6),
            run_of("accentuate", 20.0, 5.0, 5.0, floor=2.5),
            run_of("accentuate", 12.0, 2.0, 2.0, floor=2.0),
        ],
        peers={"faccent": [run_of("faccent", 16.0, 12.0, 12.0)]},
    )


def point(library: str, seconds: float, activation: float, distance: float) -> Point:
    return Point(
        library=library,
        n_steps=5,
        draws_per_step=4,
        seconds=seconds,
        activation=activation,
        latent_distance=distance,
        ssim=0.9,
    )


def test_ratios_are_those_of_the_medians() -> None:
    found = comparison()

    assert found.seconds_per_step == 2.0
    assert found.seconds_per_accentuation == 10 + 98 * 2
    assert found.speedup("faccent") == pytest.approx((4 + 98 * 12) / (10 + 98 * 2))
    assert found.floor_multiple == pytest.approx(1.25)  # of 1.25, 2 and 1


def test_the_json_has_what_scripts_look_for() -> None:
    report = BenchmarkReport(
        command="accentuate bench",
        when=datetime(2026, 1, 2, tzinfo=UTC),
        comparison=comparison(),
        scaling=[
            JobsScaling(n_jobs=1, seconds_each=3.0, relative=1.0, peak_memory_mb=900.0)
        ],
    )

    found = json.loads(json.dumps(report.to_json()))

    wanted = (
        "speedup floor_multiple seconds_per_step peak_memory_mb jobs_scaling machine "
        "versions accentuations_per_hour"
    )
    assert set(wanted.split()) <= found.keys()
    assert found["speedup"].keys() == {"faccent"}
    assert found["jobs_scaling"][0]["n_jobs"] == 1
    assert found["machine"]["n_cores"] >= 1


def test_the_table_names_machine_date_and_command() -> None:
    report = BenchmarkReport(
        command="accentuate bench --peers faccent",
        when=datetime(2026, 1, 2, tzinfo=UTC),
        comparison=comparison(),
        equal_result={"faccent": 12.0, "horama": None},
    )

    text = report.to_markdown()

    assert "| Accentuate | 2 | 206 | 1000 | 1.0 |" in text
    assert "| faccent 1.2 | 12 | 1.18e+03 | 1000 | 5.7 |" in text
    assert "1.25 times the floor" in text
    assert "2026-01-02" in text
    assert "`accentuate bench --peers faccent`" in text
    assert "To the result of faccent: 12.0 times as fast." in text
    assert "To the result of horama: was not reached." in text


def test_an_equal_result_is_as_strong_and_no_farther_away() -> None:
    points = [
        point("accentuate", 1.0, 9.0, 7.0),  # strong, but too far away
        point("accentuate", 2.0, 4.0, 3.0),  # near, but too weak
        point("accentuate", 4.0, 6.0, 5.0),
        point("accentuate", 5.0, 8.0, 4.0),
        point("faccent", 10.0, 3.0, 2.0),
        point("faccent", 40.0, 6.0, 5.0),
    ]

    assert speedup_at_equal_result(points, "faccent") == 10.0


def test_a_result_that_is_never_equalled_has_no_speedup() -> None:
    points = [point("accentuate", 1.0, 4.0, 3.0), point("faccent", 40.0, 6.0, 5.0)]

    assert speedup_at_equal_result(points, "faccent") is None


def test_the_trade_off_is_written_as_a_curve_and_as_numbers(tmp_path: Path) -> None:
    points = [point("accentuate", s, s, 1.0) for s in (1.0, 2.0, 4.0)]
    points += [point("faccent", s, s / 4, 2.0) for s in (10.0, 20.0)]

    path = write_trade_off(points, ResultFolder.create(tmp_path / "out"))

    rows = (tmp_path / "out" / "trade_off.csv").read_text().splitlines()
    assert len(rows) == 1 + len(points)
    with Image.open(path) as picture:
        assert picture.width > 600
