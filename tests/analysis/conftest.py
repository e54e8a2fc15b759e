"""A study export shared by the tests that only read it."""

from pathlib import Path

import pytest

from analysis.load import StudyExport, load_export
from analysis.results import Analysis, analyse
from tests.analysis.quick import PLANTED, QUICK
from tests.analysis.synthetic import SyntheticStudy, write_export

TYPICAL = SyntheticStudy(sd_participant=0.4, sd_feature=0.5, sd_feature_condition=0.3)


@pytest.fixture(scope="session")
def export_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip of a simulated study of 40 people, 20 features, 4 conditions."""
    return write_export(tmp_path_factory.mktemp("export") / "export.zip", TYPICAL)


@pytest.fixture(scope="session")
def export(export_path: Path) -> StudyExport:
    """The same, loaded."""
    return load_export(export_path)


@pytest.fixture(scope="session")
def typical(export: StudyExport) -> Analysis:
    """Its analysis, with the accuracies planted in it."""
    return analyse(export, QUICK, provenance={}, planted=PLANTED)


@pytest.fixture(scope="session")
def planted_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Accuracies as an observers' file plants them."""
    path = tmp_path_factory.mktemp("planted") / "observers.toml"
    path.write_text("[accuracy]\naccentuation = 0.85\nnatural = 0.8\n")
    return path
