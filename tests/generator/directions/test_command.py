"""The command `accentuate directions`."""

from pathlib import Path

import numpy as np
import pytest

from generator.cli import build_parser, main
from generator.directions.files import read_directions
from tests.generator.concepts.planted import GREEN, RED, write_photographs

ACTIONS = ("cav", "nmf", "pca", "class-means", "random", "import", "show")
LAYER = ("--layer", "stage4")


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photographs")
    write_photographs(folder / "red", n=14, rng_seed=1, tint=90 * RED)
    write_photographs(folder / "green", n=14, rng_seed=2, tint=90 * GREEN)
    write_photographs(folder / "random", n=40, rng_seed=3)
    return folder


def make(out: Path, action: str, *options: str) -> int:
    return main(["directions", action, *options, "--out", str(out)])


def test_daisies_are_told_from_tulips_by_the_embedded_network(
    shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, flowers = tmp_path / "daisy.safetensors", shared_data / "flowers"

    code = make(
        out,
        "cav",
        *("--concept", str(flowers / "daisy"), "--random", str(flowers / "tulips")),
        *LAYER,
    )

    (daisy,) = read_directions(out).directions
    assert code == 0
    assert daisy.passes
    assert daisy.vector.shape == (96,)
    assert daisy.quality["held_out_accuracy"] >= 0.7
    assert daisy.quality["stability"] >= 0.8
    assert "daisy" in capsys.readouterr().out


def test_every_action_that_looks_at_photographs_writes_its_file(
    photographs: Path, tmp_path: Path
) -> None:
    red, green, anything = (
        str(photographs / name) for name in ("red", "green", "random")
    )
    actions = {
        "cav": ["--concept", red, "--concept", green, "--random", anything],
        "nmf": ["--photographs", red, "--rank", "2", "--rectify", "--crop", "0.5"],
        "pca": ["--photographs", red, "--rank", "3", "--feature", "logit:brick"],
        "class-means": ["--a", red, "--b", green],
    }

    for action, options in actions.items():
        out = tmp_path / f"{action}.safetensors"
        assert make(out, action, *options, *LAYER) == 0
        assert read_directions(out).method == action.replace("-", "_")


def test_random_directions_are_shown_as_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.safetensors"

    assert make(out, "random", "--n", "2", *LAYER) == 0
    made = capsys.readouterr().out
    assert main(["directions", "show", str(out)]) == 0

    assert made.startswith(capsys.readouterr().out.rstrip("\n"))
    assert "random of stage4 (96) in embedded" in made
    assert made.endswith(f"2 directions: {out}\n")


def test_an_array_becomes_a_direction_file(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.eye(96)[:2])
    out = tmp_path / "mine.safetensors"

    code = make(
        out, "import", str(tmp_path / "v.npy"), "--names", "stripes, dots", *LAYER
    )

    assert code == 0
    assert list(read_directions(out).by_name) == ["stripes", "dots"]


@pytest.mark.parametrize(
    ("action", "options", "message"),
    [
        ("random", ["--n", "0", *LAYER], "n must be at least 1"),
        ("random", ["--n", "1", "--layer", "stge4"], "close names: stage4"),
        ("pca", ["--photographs", "gone", *LAYER], "no folder"),
        ("pca", ["--photographs", "gone", "--rank", "99", *LAYER], "at most 96"),
        ("nmf", ["--photographs", "gone", "--crop", "2", *LAYER], "crop_share"),
        ("import", ["gone.npy", "--names", "a", *LAYER], "cannot be read as an array"),
        ("cav", ["--concept", "a", "--random", "b", *LAYER], "no folder"),
        ("class-means", ["--a", "a", "--b", "b", *LAYER], "no folder"),
    ],
)
def test_a_wrong_request_is_refused_and_writes_nothing(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)

    assert make(Path("out.safetensors"), action, *options) == 1

    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_weak_concept_is_refused_and_written_only_when_asked(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, plain = tmp_path / "w.safetensors", photographs / "random"
    options = ["--concept", str(photographs / "red"), "--random", str(plain), *LAYER]

    assert make(out, "cav", *options, "--min-stability", "1") == 1
    assert "--keep-weak" in capsys.readouterr().err
    assert not out.exists()

    assert make(out, "cav", *options, "--min-stability", "1", "--keep-weak") == 0
    assert not read_directions(out).directions[0].passes


def test_a_file_that_would_not_be_known_is_refused_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make(tmp_path / "d.npz", "random", "--n", "1", *LAYER) == 1
    assert "ends in .safetensors" in capsys.readouterr().err


@pytest.mark.parametrize("action", ACTIONS)
def test_the_help_of_each_action_shows_an_example(
    action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args(["directions", action, "--help"])

    assert stop.value.code == 0
    assert (
        f"accentuate directions {action} "
        in capsys.readouterr().out.split("example:")[1]
    )
