import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from analysis.config import FIGURE_FORMATS, ReportConfig
from analysis.errors import ExportFormatError
from analysis.figures.render import FIGURES, from_csv
from analysis.figures.style import style
from analysis.output import OutputFolderError, write_folder
from analysis.report import write_report
from tests.analysis.quick import QUICK_REPORT, page_of, read_results
from tests.analysis.synthetic import SyntheticStudy, write_export

ROOT = Path(__file__).parents[2]
ALL_FORMATS: dict[str, Any] = {
    **QUICK_REPORT,
    "figure_formats": FIGURE_FORMATS,
    "png_dpi": 40,
}
WRITE_AGAIN = """
import sys
from pathlib import Path
from analysis.config import ReportConfig
from analysis.report import write_report
from tests.analysis.test_report import ALL_FORMATS
export, out, planted = map(Path, sys.argv[1:])
write_report(
    ReportConfig(export_path=export, out_dir=out, planted_path=planted, **ALL_FORMATS)
)
"""


@pytest.fixture(scope="module")
def report_dir(
    export_path: Path, planted_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("report") / "report"
    write_report(
        ReportConfig(
            export_path=export_path,
            out_dir=out,
            planted_path=planted_path,
            **ALL_FORMATS,
        )
    )
    return out


def test_a_report_is_results_tables_figures_and_a_page(report_dir: Path) -> None:
    found = {p.relative_to(report_dir).as_posix() for p in report_dir.rglob("*.*")}

    assert {"results.json", "report.html", "outputs.json"} <= found
    for name in FIGURES:
        assert {f"figures/{name}.{kind}" for kind in ("csv", *FIGURE_FORMATS)} <= found
    assert {
        "tables/accuracy.csv",
        "tables/contrasts.csv",
        "tables/exclusions.csv",
    } <= found


def test_the_page_has_no_script_and_no_outside_link(report_dir: Path) -> None:
    page = (report_dir / "report.html").read_text()
    markup = re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)

    assert "<script" not in markup
    assert not re.findall(r"https?://|@import|url\(|href=", markup)


def test_the_page_says_that_the_data_are_simulated(report_dir: Path) -> None:
    page = (report_dir / "report.html").read_text()

    assert "these numbers describe a program, not people" in page


def test_a_condition_without_planted_accuracy_is_named(report_dir: Path) -> None:
    page = (report_dir / "report.html").read_text()

    assert "No planted accuracy is compared for feature visualization" in page


def test_real_data_are_not_called_simulated(tmp_path: Path) -> None:
    study = SyntheticStudy(is_simulated=False, n_participants=8, n_features=8)
    path = write_export(tmp_path / "e.zip", study)
    config = ReportConfig(export_path=path, out_dir=tmp_path / "r", **QUICK_REPORT)

    write_report(config)

    page = (tmp_path / "r" / "report.html").read_text()
    assert "imulated" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", page)


def test_a_number_changed_in_the_results_changes_in_the_page(report_dir: Path) -> None:
    results = read_results(report_dir)
    before = page_of(results)
    estimate = next(
        e
        for e in results["estimates"]
        if e["id"] == "accuracy/natural/two_way_cluster_robust_t"
    )
    estimate["value"], estimate["interval"]["low"] = 0.1234, 0.0567

    after = page_of(results)

    assert "12.3 %" in after
    assert "5.7&nbsp;to" in after
    assert "12.3 %" not in before


def test_a_contrast_is_called_shown_only_by_its_adjusted_p(report_dir: Path) -> None:
    results = read_results(report_dir)
    tested = [e for e in results["estimates"] if e["family"] == "contrasts"]

    for estimate in tested:
        estimate["p"], estimate["p_adjusted"] = 0.01, 0.06
    assert page_of(results).count("Not shown to differ") == len(tested)

    for estimate in tested:
        estimate["p_adjusted"] = 0.04
    assert page_of(results).count("A difference is shown") == len(tested)


def test_no_page_claims_that_there_is_no_difference(report_dir: Path) -> None:
    assert "no difference" not in (report_dir / "report.html").read_text().lower()


def test_titles_from_outside_cannot_become_markup(report_dir: Path) -> None:
    results = read_results(report_dir)
    results["study"]["study_title"] = "<script>alert(1)</script>"

    assert "<script>" not in page_of(results)


def test_every_interval_in_the_page_has_its_sentence(report_dir: Path) -> None:
    page = (report_dir / "report.html").read_text()

    for sentence in (
        "other people shown other features",
        "other people shown the same features",
        "the same people shown other features",
        "these very participants and these very features",
    ):
        assert sentence in page.lower() or sentence in page


@pytest.fixture(scope="module")
def repaired_dir(
    report_dir: Path,
    export_path: Path,
    planted_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The same report, damaged, and made again by another process in another zone."""
    out = shutil.copytree(report_dir, tmp_path_factory.mktemp("again") / "report")
    (out / "report.html").write_text("damaged")
    subprocess.run(
        [sys.executable, "-c", WRITE_AGAIN, export_path, out, planted_path],
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "77", "TZ": "US/Alaska"},
        capture_output=True,
    )
    return out


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*.*"))
    }


def test_the_same_inputs_make_the_same_bytes_in_another_process(
    report_dir: Path, repaired_dir: Path
) -> None:
    """9"""
    assert len(digests(report_dir)) > 30
    assert digests(repaired_dir) == digests(report_dir)


def test_a_figure_is_drawn_from_its_csv_alone(report_dir: Path) -> None:
    for name, spec in FIGURES.items():
        text = (report_dir / "figures" / f"{name}.csv").read_text()
        with style(name):
            assert spec.draw(from_csv(text)).axes


def test_a_second_run_reuses_a_whole_report_and_repairs_a_damaged_one(
    report_dir: Path, repaired_dir: Path, export_path: Path, planted_path: Path
) -> None:
    config = ReportConfig(
        export_path=export_path,
        out_dir=report_dir,
        planted_path=planted_path,
        **ALL_FORMATS,
    )

    assert write_report(config).is_reused
    whole = (report_dir / "report.html").read_bytes()
    assert (repaired_dir / "report.html").read_bytes() == whole


def test_a_folder_that_is_not_ours_is_left_alone(
    tmp_path: Path, export_path: Path
) -> None:
    out = tmp_path / "thesis"
    out.mkdir()
    (out / "chapter1.txt").write_text("years of work")
    config = ReportConfig(export_path=export_path, out_dir=out, **QUICK_REPORT)

    with pytest.raises(OutputFolderError, match="not a report of ours"):
        write_report(config)

    assert [p.name for p in out.iterdir()] == ["chapter1.txt"]


def test_notes_added_to_a_report_are_not_thrown_away(
    tmp_path: Path, export_path: Path
) -> None:
    out = tmp_path / "r"
    write_folder(out, {"report.html": b"x"}, inputs_sha256="0")
    (out / "notes.txt").write_text("mine")
    config = ReportConfig(export_path=export_path, out_dir=out, **QUICK_REPORT)

    with pytest.raises(OutputFolderError, match=r"notes\.txt"):
        write_report(config)


def test_a_failed_run_leaves_no_folder_behind(tmp_path: Path) -> None:
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"no zip")
    config = ReportConfig(export_path=broken, out_dir=tmp_path / "r", **QUICK_REPORT)

    with pytest.raises(ExportFormatError):
        write_report(config)

    assert [p.name for p in tmp_path.iterdir()] == ["broken.zip"]
