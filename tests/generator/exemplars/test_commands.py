"""The command line: exemplars and pairs chosen from an index."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generator.cli import build_parser, main
from generator.exemplars.pools import split_pools
from generator.index.activation_table import ActivationTable
from tests.generator.tiny_world import write_photographs


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photographs(tmp_path_factory.mktemp("world") / "photographs")


@pytest.fixture(scope="module")
def index(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("index") / "index.parquet"
    assert (
        main(["index", str(photographs), "--layer", "stage2", "--out", str(out)]) == 0
    )
    return out


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("select", "n_expected"),
    [
        (["--select", "top"], 3),
        (["--select", "bottom"], 3),
        (["--select", "quantile", "--bins", "4"], 12),
        (["--select", "diverse", "--attribution-layer", "stage1"], 3),
    ],
)
def test_exemplars_writes_sheet_table_and_record(
    photographs: Path,
    index: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    select: list[str],
    n_expected: int,
) -> None:
    command = [
        *("exemplars", str(index), "--feature", "stage2:3", "--n", "3"),
        *("--photographs", str(photographs), "--rng-seed", "4", *select),
    ]

    codes = [main([*command, "--out", str(tmp_path / name)]) for name in ("a", "b")]

    rows = rows_of(tmp_path / "a" / "exemplars.csv")
    record = json.loads((tmp_path / "a" / "run.json").read_text())
    assert codes == [0, 0]
    assert len(rows) == n_expected
    assert {row["n_images"] for row in rows} == {"60"}
    assert record["config"]["rng_seed"] == 4
    assert record["index"]["network"]["name"] == "embedded"
    assert "among 60 photographs" in capsys.readouterr().out
    with Image.open(tmp_path / "a" / "contact_sheet.png") as page:
        assert page.height > 128
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()


def test_exemplars_of_two_pools_share_no_photograph(
    index: Path, tmp_path: Path
) -> None:
    chosen = []
    for pool in ("reference", "query", "seed_image", "coherence"):
        command = ["exemplars", str(index), "--feature", "stage2:3", "--n", "5"]
        out = tmp_path / pool
        assert main([*command, "--pool", pool, "--out", str(out)]) == 0
        chosen += [row["path"] for row in rows_of(out / "exemplars.csv")]

    assert len(set(chosen)) == 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--feature", "stage2:999"], "has no feature 'stage2:999'"),
        (["--feature", "stage2:3", "--n", "0"], "n must be at least 1"),
        (["--feature", "stage2:3", "--rng-seed", "-1"], "must not be negative"),
        (["--feature", "stage2:3", "--n", "61"], "only 59 different ones of 60"),
        (["--feature", "stage2:3", "--select", "diverse"], "give --photographs and"),
    ],
)
def test_impossible_exemplars_are_refused_and_nothing_is_written(
    index: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    code = main(["exemplars", str(index), *arguments, "--out", str(tmp_path / "out")])

    assert code == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.glob("out/*"))


def test_a_photograph_that_was_changed_since_is_refused(
    photographs: Path, index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "photographs"
    shutil.copytree(photographs, folder)
    table = ActivationTable.read(index)
    best = int(table.column(table.find("stage2:3")).argmax())
    Image.new("RGB", (64, 64)).save(folder / table.photographs[best].path)
    command = ["exemplars", str(index), "--feature", "stage2:3", "--n", "2"]

    code = main(
        [*command, "--photographs", str(folder), "--out", str(tmp_path / "out")]
    )

    assert code == 1
    assert "was changed since" in capsys.readouterr().err


PAIRS = ["--natural", "2", "--seed-images", "2", "--far", "1"]


def test_pairs_writes_pairs_tiles_and_record(
    index: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["pairs", str(index), "--feature", "stage2:3", *PAIRS]
    for name in ("one", "two"):
        assert main([*command, "--out", str(tmp_path / f"{name}.csv")]) == 0

    rows = rows_of(tmp_path / "one.csv")
    tiles = {row["path"] for row in rows_of(tmp_path / "one.tiles.csv")}
    assert [row["role"] for row in rows] == ["high", "low"] * 3
    assert [row["stratum"] for row in rows[::2]] == ["near", "far", "within_class"]
    assert all(int(row["nearest_tile_bits"]) >= 10 for row in rows)
    assert all(row["nearest_tile"] in tiles for row in rows)
    assert not tiles & {row["path"] for row in rows}
    assert json.loads((tmp_path / "one.json").read_text())["index"]["n_images"] == 60
    assert "audit passed" in capsys.readouterr().out
    for suffix in (".csv", ".tiles.csv", ".json"):
        one, two = (tmp_path / f"{name}{suffix}" for name in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_pairs_are_held_against_the_tiles_and_pictures_given(
    photographs: Path, index: Path, tmp_path: Path
) -> None:
    table = ActivationTable.read(index)
    strongest = int(table.column(table.find("stage2:3")).argmax())
    made = tmp_path / "made"
    made.mkdir()
    shutil.copy(photographs / table.photographs[strongest].path, made / "made.png")
    exemplars = tmp_path / "exemplars"
    top = ["--feature", "stage2:3", "--n", "3", "--select", "bottom"]
    assert main(["exemplars", str(index), *top, "--out", str(exemplars)]) == 0
    tiles = exemplars / "exemplars.csv"
    out = tmp_path / "pairs.csv"

    code = main(
        [
            *("pairs", str(index), "--feature", "stage2:3", "--far", "1"),
            *("--tiles", str(tiles), "--made", str(made), "--out", str(out)),
        ]
    )

    asked = {row["path"] for row in rows_of(out)}
    assert code == 0
    assert not asked & {row["path"] for row in rows_of(tiles)}
    assert table.photographs[strongest].path not in asked


def test_tiles_and_pairs_come_from_pools_of_their_own_when_asked(
    index: Path, tmp_path: Path
) -> None:
    table = ActivationTable.read(index)
    pools = split_pools(table.groups, rng=np.random.default_rng(7))
    command = ["pairs", str(index), "--feature", "stage2:3", *PAIRS]
    split = ["--split-pools", "--split-rng-seed", "7", "--near-percentile", "70"]
    out = tmp_path / "pairs.csv"

    assert main([*command, *split, "--out", str(out)]) == 0

    paths = {
        name: {table.photographs[p].path for p in positions}
        for name, positions in pools.items()
    }
    tiles = rows_of(tmp_path / "pairs.tiles.csv")
    assert {row["path"] for row in rows_of(out)} <= paths["query"]
    for kind, pool in [("natural", "reference"), ("seed_image", "seed_image")]:
        shown = {row["path"] for row in tiles if row["kind"] == kind}
        assert len(shown) == 2
        assert shown <= paths[pool]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--minimum-gap", "120"], "minimum_gap must lie between 0 and 100"),
        (["--far", "40"], "no far pair number"),
        (["--out", "pairs.txt"], "must end in .csv"),
        (["--tiles", "nowhere.csv"], "no table with the columns feature_id and path"),
    ],
)
def test_impossible_pairs_are_refused(
    index: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    message: str,
) -> None:
    out = ["--out", str(tmp_path / "pairs.csv")]
    command = ["pairs", str(index), "--feature", "stage2:3", *PAIRS, *out]

    code = main([*command, *arguments])

    assert code == 1
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_pairs_by_class_need_classes(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flat = tmp_path / "flat"
    flat.mkdir()
    for path in photographs.rglob("*.png"):
        shutil.copy(path, flat / f"{path.parent.name}{path.name}")
    index = tmp_path / "i.parquet"
    feature = ["--feature", "stage2:3"]
    assert main(["index", str(flat), *feature, "--out", str(index)]) == 0
    command = ["pairs", str(index), *feature, "--out", str(tmp_path / "pairs.csv")]

    assert main(command) == 1
    assert "need photographs in sub-folders" in capsys.readouterr().err
    without = ["--far", "0", "--within-class", "0", "--natural", "2"]
    assert main([*command, *without]) == 0


@pytest.mark.parametrize("command", ["index", "exemplars", "pairs"])
def test_the_help_of_each_command_shows_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args([command, "--help"])

    assert stop.value.code == 0
    assert f"accentuate {command}" in capsys.readouterr().out.split("example:")[1]


def test_real_photographs_go_from_folder_to_audited_pairs(
    shared_data: Path, tmp_path: Path
) -> None:
    for kind in sorted((shared_data / "flowers").iterdir()):
        if kind.is_dir():
            (tmp_path / "flowers" / kind.name).mkdir(parents=True)
            for path in sorted(kind.glob("*.jpg"))[:8]:
                shutil.copy(path, tmp_path / "flowers" / kind.name)
    flowers, index = tmp_path / "flowers", tmp_path / "i.parquet"
    layers = ["--layer", "stage2", "--layer", "stage3", "--logits"]
    feature = ["--feature", "stage3:4"]
    out = tmp_path / "exemplars"

    assert main(["index", str(flowers), *layers, "--out", str(index)]) == 0
    assert (
        main(
            [
                *("exemplars", str(index), *feature, "--select", "diverse"),
                *("--n", "3", "--attribution-layer", "stage2"),
                *("--photographs", str(flowers), "--out", str(out)),
            ]
        )
        == 0
    )
    pairs = ["pairs", str(index), *feature, "--natural", "2", "--seed-images", "1"]
    assert main([*pairs, "--far", "1", "--out", str(tmp_path / "pairs.csv")]) == 0

    table = ActivationTable.read(index)
    assert table.n_images == 40
    assert not table.dead_features()
    assert len(rows_of(tmp_path / "pairs.csv")) == 6
    strongest = max(float(row["percentile"]) for row in rows_of(out / "exemplars.csv"))
    assert strongest == pytest.approx(98.75)  # the strongest of 40: 39.5 below
