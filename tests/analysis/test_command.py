"""What a report is given besides the export, and how the command answers."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from analysis.cli import main
from analysis.config import ReportConfig
from analysis.errors import AnalysisError, ConfigError, ExportFormatError
from analysis.output import OutputFolderError
from analysis.report import write_report
from tests.analysis.quick import QUICK_REPORT
from tests.analysis.synthetic import SyntheticStudy, draw_tables, write_export
from tests.analysis.synthetic_zip import write_zip


def write_bundle(folder: Path, *, schema_version: int = 2) -> dict[str, Any]:
    """A manifest, and the export header that goes with it."""
    folder.mkdir()
    features = [{"feature_id": f"logit:{i}", "label": f"brick {i}"} for i in range(20)]
    manifest = {
        "schema_version": schema_version,
        "bundle_id": "demo-0123456789ab",
        "features": features,
    }
    content = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(content)
    return {"manifest_sha256": hashlib.sha256(content).hexdigest()}


def test_features_get_their_names_from_the_studys_own_bundle(
    tmp_path: Path,
) -> None:
    header = write_bundle(tmp_path / "bundle")
    tables = draw_tables(SyntheticStudy(n_participants=8))
    path = write_zip(tmp_path / "e.zip", tables, header=header)
    config = ReportConfig(
        export_path=path,
        out_dir=tmp_path / "r",
        bundle_dir=tmp_path / "bundle",
        **QUICK_REPORT,
    )

    write_report(config)

    assert "brick 3" in (tmp_path / "r" / "figures" / "features.csv").read_text()


def test_a_bundle_of_an_older_schema_is_refused(tmp_path: Path) -> None:
    header = write_bundle(tmp_path / "bundle", schema_version=1)
    path = write_zip(tmp_path / "e.zip", draw_tables(SyntheticStudy()), header=header)
    config = ReportConfig(
        export_path=path,
        out_dir=tmp_path / "r",
        bundle_dir=tmp_path / "bundle",
        **QUICK_REPORT,
    )

    with pytest.raises(ExportFormatError, match=r"schema version 1; .* reads 2"):
        write_report(config)


def test_another_studys_bundle_is_refused(tmp_path: Path, export_path: Path) -> None:
    write_bundle(tmp_path / "bundle")
    config = ReportConfig(
        export_path=export_path,
        out_dir=tmp_path / "r",
        bundle_dir=tmp_path / "bundle",
        **QUICK_REPORT,
    )

    with pytest.raises(ExportFormatError, match="not the bundle of this study"):
        write_report(config)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[speed]\na = 1\n", "no .accuracy. table"),
        ("[accuracy]\nnatural = 80\n", "must be from 0 to 1"),
        ("[accuracy\n", "cannot read planted"),
        ("[accuracy]\ndream = 0.8\n", "plants no accuracy for accentuation, "),
    ],
)
def test_a_planted_file_that_makes_no_sense_is_refused(
    tmp_path: Path, export_path: Path, content: str, said: str
) -> None:
    planted = tmp_path / "o.toml"
    planted.write_text(content)
    config = ReportConfig(
        export_path=export_path,
        out_dir=tmp_path / "r",
        planted_path=planted,
        **QUICK_REPORT,
    )

    with pytest.raises(ConfigError, match=said):
        write_report(config)


def test_the_command_prints_where_the_report_is_and_writes_the_formats_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    study = SyntheticStudy(n_participants=8, n_features=8)
    export_path = write_export(tmp_path / "e.zip", study)
    arguments = ["report", str(export_path), "--out", str(tmp_path / "r")]
    arguments += ["--figure-formats", "png"]

    codes = main(arguments), main(arguments)

    first, second = capsys.readouterr().out.splitlines()
    assert codes == (0, 0)
    assert first.endswith("report.html (written)")
    assert second.endswith("(unchanged, same inputs as before)")
    kinds = {path.suffix for path in (tmp_path / "r" / "figures").iterdir()}
    assert kinds == {".csv", ".png"}
    assert "data:image/svg+xml" in (tmp_path / "r" / "report.html").read_text()


def test_a_figure_format_nobody_writes_is_refused(
    tmp_path: Path, export_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["report", str(export_path), "--out", str(tmp_path / "r")]

    code = main([*arguments, "--figure-formats", "svg,tiff"])

    assert code == 1
    assert "unknown figure format 'tiff'" in capsys.readouterr().err


def test_the_command_explains_a_fault_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["report", str(tmp_path / "absent.zip"), "--out", str(tmp_path / "r")])

    assert code == 1
    message = capsys.readouterr().err
    assert message.startswith("study-analysis: cannot read")
    assert "Traceback" not in message


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["report", "--help"])

    assert "study-analysis report export.zip --out report" in capsys.readouterr().out


def test_every_error_a_researcher_can_act_on_has_one_base() -> None:
    assert issubclass(OutputFolderError, AnalysisError)
    assert issubclass(ExportFormatError, AnalysisError)
