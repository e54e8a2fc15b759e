"""Throughput of a pack, and how busy the device was."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from generator.benchmark.packed import packed_from
from generator.benchmark.report import BenchmarkReport
from generator.benchmark.utilization import mean_share, watched
from tests.generator.benchmark.test_report import comparison, run_of


def test_a_pack_costs_each_of_its_jobs_their_share() -> None:
    """Four jobs: 8 seconds a step and 20 before; the floor of a step is 5 of 10."""
    plain = replace(run_of("accentuate", 28.0, 8.0, 8.0), n_jobs=4, utilization=0.9)
    floored = replace(run_of("accentuate", 30.0, 10.0, 10.0, floor=5.0), n_jobs=4)

    found = packed_from(plain, floored, n_steps=98)

    assert found.seconds_per_step == 2.0
    assert found.seconds_per_accentuation == (20 + 98 * 8) / 4
    assert found.floor_multiple == 2.0
    assert found.utilization == 0.9


def test_a_peer_is_held_against_the_pack() -> None:
    plain = replace(run_of("accentuate", 2.0, 2.0, 2.0), n_jobs=2, utilization=0.95)
    packed = packed_from(plain, plain, n_steps=98)
    report = BenchmarkReport(
        command="accentuate bench",
        when=datetime(2026, 1, 2, tzinfo=UTC),
        comparison=comparison(),
        packed=packed,
    )

    found = report.to_json()["packed"]

    assert found["accentuations_per_hour"] == pytest.approx(3600 / 98)
    assert found["speedup"]["faccent"] == pytest.approx((4 + 98 * 12) / 98)
    text = report.to_markdown()
    assert "2 jobs together: 36.7 accentuations per hour, 95% busy" in text
    assert "12.0 times the throughput of faccent" in text


def test_a_driver_that_says_nothing_is_no_utilization() -> None:
    assert mean_share("90\n100\n[N/A]\n") == 0.95
    assert mean_share("") is None


def test_a_processor_that_waits_is_not_busy() -> None:
    with watched("cpu", n_threads=1) as idle:
        pass

    assert idle.share is not None
    assert 0 <= idle.share <= 1
