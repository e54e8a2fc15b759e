"""A report does what its preregistration decided, and says where it cannot."""

from pathlib import Path
from typing import Any

import pytest

from analysis.config import ReportConfig
from analysis.preregistration import Preregistration, PreregistrationError
from analysis.report import write_report
from tests.analysis.quick import QUICK_REPORT, read_results


def reported(
    folder: Path, export: Path, *, analysis: Any = None, **decisions: Any
) -> tuple[dict[str, Any], str]:
    """Results and page of a report with these decisions."""
    plan = Preregistration(**{"n_resamples": 500, **decisions})
    path = folder / "plan.json"
    path.write_text(plan.as_json())
    settings = {**QUICK_REPORT, **({"analysis": analysis} if analysis else {})}
    write_report(
        ReportConfig(
            export_path=export,
            out_dir=folder / "r",
            preregistration_path=path,
            **settings,
        )
    )
    return read_results(folder / "r"), (folder / "r/report.html").read_text()


def contrasts_of(results: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        e["contrast"][1]: e
        for e in results["estimates"]
        if e["quantity"] == "difference" and e["family"]
    }


def test_level_seed_and_resamples_are_those_decided(
    tmp_path: Path, export_path: Path
) -> None:
    results, page = reported(
        tmp_path, export_path, level=0.9, rng_seed=7, n_resamples=700
    )
    used = results["provenance"]["analysis"]
    assert (used["level"], used["rng_seed"], used["n_resamples"]) == (0.9, 7, 700)
    assert {e["interval"]["level"] for e in results["estimates"] if e["interval"]} == {
        0.9
    }
    assert "95&nbsp;%" not in page.split("How to read the intervals")[0]


def test_another_seed_than_the_one_decided_is_refused(
    tmp_path: Path, export_path: Path
) -> None:
    other = QUICK_REPORT["analysis"].__class__(n_resamples=500, rng_seed=3)
    with pytest.raises(PreregistrationError, match="decides rng_seed 7; got 3"):
        reported(tmp_path, export_path, analysis=other, rng_seed=7)
    assert not (tmp_path / "r").exists()


def test_gatekeeping_gives_the_first_contrast_all_of_the_error_rate(
    tmp_path: Path, export_path: Path
) -> None:
    results, page = reported(
        tmp_path,
        export_path,
        correction="gatekeeping",
        model="two_way_robust",
        contrasts=("seed_only", "natural"),
    )
    rows = contrasts_of(results)
    assert rows["seed_only"]["p_adjusted"] == rows["seed_only"]["p"]
    assert rows["natural"]["p_adjusted"] >= rows["seed_only"]["p"]
    assert "gatekeeping" in page
    assert "Holm-adjusted" not in page


def test_the_plan_of_another_study_is_refused(
    tmp_path: Path, export_path: Path
) -> None:
    with pytest.raises(PreregistrationError, match="of study 'other', the export of"):
        reported(tmp_path, export_path, study_id="other")


def test_what_was_planned_and_nobody_saw_is_told(
    tmp_path: Path, export_path: Path
) -> None:
    results, page = reported(
        tmp_path, export_path, contrasts=("seed_only", "attribution")
    )
    texts = [warning["text"] for warning in results["warnings"]]
    assert any("not tested: attribution map" in text for text in texts)
    assert "not tested: attribution map" in page


def test_contrasts_about_pairs_that_are_not_there_are_exploratory(
    tmp_path: Path, export_path: Path
) -> None:
    results, page = reported(tmp_path, export_path, confirmatory_stratum="moon")
    assert not any(row["is_preregistered"] for row in results["primary"]["contrasts"])
    assert "“moon”" in page or "&#39;moon&#39;" in page


def test_several_looks_are_told_and_no_p_decides_alone(
    tmp_path: Path, export_path: Path
) -> None:
    _, page = reported(tmp_path, export_path, looks=3)
    assert "3.471, 2.454, 2.004" in page
    assert "Significant at the level" not in page


def test_hypotheses_stand_on_the_page(tmp_path: Path, export_path: Path) -> None:
    _, page = reported(tmp_path, export_path, hypotheses=("Accentuations help.",))
    assert "<li>Accentuations help.</li>" in page
