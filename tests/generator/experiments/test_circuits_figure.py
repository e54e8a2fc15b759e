"""Circuits as a figure: a small measurement, and its own verdict on itself."""

from pathlib import Path

import pytest

from generator.errors import ConfigError
from generator.experiments.registry import find_experiment
from tests.generator.experiments.little_world import (
    request_of,
    studio_of,
    write_photographs,
)

FEATURES = ("logit:dot", "logit:wave")


@pytest.fixture
def pool(tmp_path: Path) -> Path:
    write_photographs(tmp_path / "pool", 16)
    return tmp_path / "pool"


def test_every_kind_of_picture_stands_beside_its_seed_image(
    pool: Path, tmp_path: Path
) -> None:
    request = request_of([], features=FEATURES, pool=(pool,))
    studio = studio_of("circuits", request, tmp_path / "out")

    studio.run()

    first_row = [
        row["made_as"] for row in studio.rows if row["band"] == studio.rows[0]["band"]
    ]
    assert first_row == [
        "seed_image",
        "accentuation",
        "accentuation_without_penalty",
        "adversarial",
        "accentuation_of_other_feature",
        "feature_visualization_fourier",
        "feature_visualization_phase",
    ]


def test_a_picture_off_its_level_says_so(pool: Path, tmp_path: Path) -> None:
    request = request_of([], features=FEATURES, pool=(pool,))
    studio = studio_of("circuits", request, tmp_path / "out")

    studio.run()

    for row in studio.rows:
        if row["kind"] == "accentuation":
            is_off = row["mismatch"] > 0.01
            assert row["status"] == ("target_not_reached" if is_off else "made")


def test_the_measure_says_where_it_may_be_believed(pool: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    request = request_of([], features=FEATURES, pool=(pool,))
    studio = studio_of("circuits", request, out)

    studio.run()

    (verdict,) = studio.remarks
    assert "UNINFORMATIVE" in verdict or "passes its checks" in verdict
    assert (out / "circuits" / "figure.png").is_file()
    assert (out / "circuits" / "checks.json").is_file()


def test_one_folder_of_photographs_is_wanted(pool: Path, tmp_path: Path) -> None:
    write_photographs(tmp_path / "second", 2)
    request = request_of([], features=FEATURES, pool=(pool, tmp_path / "second"))

    with pytest.raises(ConfigError, match="one folder"):
        studio_of("circuits", request, tmp_path / "out")


def test_seed_images_cannot_be_chosen(pool: Path) -> None:
    request = request_of([pool / "photo0.png"], pool=(pool,))

    with pytest.raises(ConfigError, match="--photograph has no meaning"):
        find_experiment("circuits").check(request)
