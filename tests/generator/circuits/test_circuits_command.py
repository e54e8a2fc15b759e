"""`accentuate circuits` from photographs to the figure."""

import csv
import hashlib
import json
from pathlib import Path

import pytest
from PIL import Image

from generator.activations import feature_activations
from generator.circuits.config import CircuitConfig
from generator.cli import build_parser, main
from generator.commands.circuits import features_from
from generator.errors import ConfigError
from generator.feature_text import parse_feature
from generator.networks import load_network
from generator.photographs import from_picture, to_picture
from tests.generator.toy_network import picture

FEW = [
    *("--n-natural", "4", "--n-other", "3", "--n-seed-images", "2"),
    *("--n-visualizations", "1", "--n-held-out", "4", "--n-bootstrap", "100"),
    *("--steps", "2", "--draws", "2", "--balance-draws", "2"),
    *("--visualization-steps", "2", "--adversarial-steps", "3"),
    *("--canvas", "72", "--level-percentile", "90"),
]
FEATURES = ["--feature", "logit:brick", "--feature", "logit:grass"]


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    for seed in range(14):
        to_picture(picture(72, 72, rng_seed=seed)).save(folder / f"p{seed:02}.png")
    return folder


def run(photographs: Path, out: Path, *more: str) -> int:
    return main(
        [
            *("circuits", *FEATURES, "--photographs", str(photographs)),
            *("--out", str(out), *FEW, *more),
        ]
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(
            path.read_bytes()
        ).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def made(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("circuits") / "out"
    assert run(photographs, out, "--layers", "stage2", "stage4") == 0
    return out


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_tables_figure_checks_record_and_pictures_are_written(made: Path) -> None:
    names = set(digests(made))

    assert {
        *("coherence.csv", "kinds.csv", "summary.csv", "kernels.csv"),
        *(
            "checks.json",
            "record.json",
            "figure.png",
            "00-logit-brick.png",
            "pictures.csv",
        ),
    } <= names
    assert "00-logit-brick/adversarial--0.png" in names
    with Image.open(made / "figure.png") as figure:
        assert min(figure.size) > 600
        colors = figure.getcolors(maxcolors=1 << 20)
        assert colors is not None
        assert len(colors) > 20
    assert not list(made.rglob(".*"))


def test_every_row_names_its_picture_its_activation_and_its_layer(made: Path) -> None:
    rows = table(made / "coherence.csv")

    assert {row["layer"] for row in rows} == {"stage2", "stage4"}
    assert {row["feature_id"] for row in rows} == {"logit:brick", "logit:grass"}
    assert {row["similarity"] for row in rows} == {"pearson", "spearman", "cosine"}
    assert all(row["picture"] and row["activation"] for row in rows)
    for row in rows:
        assert row["score"] == "" or row["is_defined"] == "True"


def test_the_table_of_pictures_tells_how_near_each_came_to_its_level(
    made: Path,
) -> None:
    rows = table(made / "pictures.csv")
    record = json.loads((made / "record.json").read_text())["features"]

    assert len(rows) == 2 * (3 * 2 + 2)  # features × (kinds × seed images + kinds)
    for row in rows:
        own = record[row["feature_id"]]
        off = (float(row["activation"]) - own["level"]) / own["activation_range"]
        assert float(row["mismatch"]) == pytest.approx(off)
        assert row["is_matched"] == str(abs(off) <= 0.01)
        assert (made / row["file"]).is_file()


def test_the_activation_in_the_table_is_that_of_the_saved_picture(made: Path) -> None:
    network = load_network("embedded")

    for row in table(made / "pictures.csv"):
        with Image.open(made / row["file"]) as saved:
            canvas = from_picture(saved)
        again = feature_activations(
            network, canvas[None], [parse_feature(row["feature_id"])]
        )
        assert float(again[0, 0]) == pytest.approx(float(row["activation"]), abs=1e-4)


def test_the_record_says_what_was_compared_with_what(made: Path) -> None:
    record = json.loads((made / "record.json").read_text())
    checks = json.loads((made / "checks.json").read_text())

    assert record["n_photographs"] == 14
    assert len(record["features"]["logit:brick"]["natural"]) == 4
    assert len(record["seed_images"]) == 2
    assert record["config"]["level_percentile"] == 90
    assert {check["id"] for check in checks["checks"]} >= {
        *("completeness", "identity", "scale", "shuffled_channels"),
        *("random_weights", "sensitivity", "completeness_of_network"),
    }
    judged = [*checks["informative_layers"], *checks["uninformative_layers"]]
    assert sorted(judged) == ["stage2", "stage4"]


def test_the_same_command_writes_the_same_bytes_also_from_finished_pictures(
    made: Path, photographs: Path, tmp_path: Path
) -> None:
    layers = ("--layers", "stage2", "stage4")
    afresh, again = tmp_path / "afresh", tmp_path / "again"
    kept = made.with_name(".out.work")

    assert kept.is_dir()
    assert run(photographs, afresh, *layers) == 0
    assert run(photographs, again, *layers, "--work", str(kept)) == 0

    assert digests(afresh) == digests(again) == digests(made)


def test_layers_are_chosen_and_parts_are_left_out(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"

    assert run(photographs, out, "--no-kernels", "--no-figure") == 0

    assert not (out / "figure.png").exists()
    assert not (out / "kernels.csv").exists()
    assert len({row["layer"] for row in table(out / "summary.csv")}) >= 3
    text = capsys.readouterr().out
    assert "Checks on the measure" in text
    assert "WARNING: too few features" in text


def test_an_interruption_keeps_the_finished_pictures(
    photographs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    out = tmp_path / "out"
    monkeypatch.setattr("generator.circuits.run.measure", interrupt)

    assert run(photographs, out) == 130

    assert "same command" in capsys.readouterr().err
    assert not list(out.glob("*"))
    assert len(list((tmp_path / ".out.work").rglob("*.npz"))) == 10


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--layers", "stge2"], "stage2"),
        (["--layers", "logit"], "lies before"),
        (["--regularization-layer", "stge3"], "stage3"),
        (["--n-natural", "1"], "at least 3"),
        (["--n-natural", "40"], "too few"),
        (["--feature", "logit:#1"], "name one logit"),
        (["--features-from", "nowhere.txt"], "no file of features"),
        (["--preset", "best"], "no preset"),
        (["--steps", "0"], "steps must be at least 1"),
    ],
)
def test_a_wrong_request_is_refused_with_a_remedy_before_any_search(
    photographs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    out = tmp_path / "out"

    assert run(photographs, out, *arguments) == 1

    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error
    assert not (tmp_path / ".out.work").exists()


def test_one_feature_is_too_few() -> None:
    with pytest.raises(ConfigError, match="at least twice"):
        features_from(["logit:brick", "logit:brick"], None)


def test_features_come_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "features.txt"
    file.write_text("# mine\nstage3:1\n\n stage3:2 \n")

    found = features_from(["logit:brick"], file)

    assert [str(feature) for feature in found] == [
        *("logit:brick", "stage3:1", "stage3:2")
    ]


def test_a_missing_matplotlib_is_told_with_the_extra(
    photographs: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)

    assert run(photographs, tmp_path / "out") == 1

    assert "accentuate[figures]" in capsys.readouterr().err


def test_the_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["circuits", "--help"])

    assert "accentuate circuits" in capsys.readouterr().out.split("example:")[1]


def test_pictures_of_different_sizes_are_not_compared() -> None:
    plain = CircuitConfig()

    with pytest.raises(ConfigError, match="one canvas_px"):
        CircuitConfig(accentuation=plain.accentuation.with_changes(canvas_px=99))
