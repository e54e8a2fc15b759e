from pathlib import Path

import pytest

from analysis.cli import main
from analysis.config import ReportConfig
from analysis.preregistration import (
    Preregistration,
    PreregistrationError,
    as_markdown,
    read_preregistration,
)
from analysis.report import write_report
from tests.analysis.quick import QUICK_REPORT, read_results

STUDY = """
[study]
study_id = "demo"
title = "Which image?"

[[exclusions]]
name = "catch"
min_correct = 4

[preregistration]
hypotheses = ["Accentuations help."]
contrasts = ["seed_only"]
model = "two_way_robust"
rng_seed = 7
"""


@pytest.fixture
def made(tmp_path: Path) -> Path:
    (tmp_path / "study.toml").write_text(STUDY)
    out = tmp_path / "plan"
    assert main(["preregister", str(tmp_path / "study.toml"), "--out", str(out)]) == 0
    return out


def test_a_study_file_becomes_a_page_and_a_checksum(made: Path) -> None:
    page = (made / "preregistration.md").read_text()
    plan = read_preregistration(made / "preregistration.json")

    assert plan.sha256 in page
    assert "1. Accentuations help." in page
    assert "accentuation minus seed_only" in page
    assert "failed the catch trials: min_correct = 4" in page


def test_the_checksum_is_of_the_decisions_and_not_of_their_spelling(
    made: Path, tmp_path: Path
) -> None:
    """5.4"""
    again = tmp_path / "other.toml"
    again.write_text(STUDY.replace("rng_seed = 7", "rng_seed=7  # lucky"))
    changed = tmp_path / "changed.toml"
    changed.write_text(STUDY.replace("rng_seed = 7", "rng_seed = 8"))

    plan = read_preregistration(made / "preregistration.json")

    assert read_preregistration(again).sha256 == plan.sha256
    assert read_preregistration(changed).sha256 != plan.sha256


def test_a_report_marks_what_was_not_preregistered(
    made: Path, tmp_path: Path, export_path: Path
) -> None:
    """4.21"""
    config = ReportConfig(
        export_path=export_path,
        out_dir=tmp_path / "r",
        preregistration_path=made / "preregistration.json",
        **QUICK_REPORT,
    )

    write_report(config)

    results = read_results(tmp_path / "r")
    plan = read_preregistration(made / "preregistration.json")
    planned = {
        tuple(e["contrast"]): e["is_confirmatory"]
        for e in results["estimates"]
        if e["family"]
    }
    assert planned == {
        ("accentuation", "seed_only"): True,
        ("accentuation", "natural"): False,
        ("accentuation", "feature_visualization"): False,
    }
    assert [r["rule"] for r in results["flow"]["rules"] if not r["is_always"]] == [
        "catch"
    ]
    carriers = ("results.json", "report.html", "sidecar.json", "latex/accuracy.tex")
    for name in (*carriers, "figures/accuracy.svg"):
        assert plan.sha256 in (tmp_path / "r" / name).read_text(), name
    page = (tmp_path / "r" / "report.html").read_text()
    assert "The analysis was preregistered" in page
    assert "(exploratory)" in page


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("dream = 1", "decides 'dream', which is nothing known"),
        ("level = 2.0", "level must lie in"),
        ("model = 'guess'", "model must be one of mixed, two_way_robust"),
        ("reference = 'natural'", "compared with itself"),
        ("looks = 0", "looks must be at least 1"),
        ("equivalence_bound = 5.0", "a share between 0 and 1"),
        ("exclusions = [{name = 'magic'}]", "no exclusion rule 'magic'"),
        ("level = 'high'", "of the wrong kind"),
        ("= 3", "cannot read"),
    ],
)
def test_a_decision_nobody_can_follow_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)

    with pytest.raises(Exception, match=message) as refusal:
        read_preregistration(path)

    assert "ConfigError" in {kind.__name__ for kind in type(refusal.value).__mro__}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PreregistrationError, match=r"nowhere\.toml"):
        read_preregistration(tmp_path / "nowhere.toml")


def test_several_looks_have_their_bounds_on_the_page() -> None:
    """4.19"""
    page = as_markdown(Preregistration(looks=2))

    assert "2.797, 1.977" in page
    assert "count people and exclusions only" in page
