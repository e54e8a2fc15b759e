"""An index file: the same bytes after every interruption, chunk size and order."""

import hashlib
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from generator.activations import feature_activations, network_view
from generator.errors import ConfigError, NotFiniteError, OutputError, PhotographError
from generator.features import FeatureId
from generator.index.activation_table import ActivationTable
from generator.index.feature_readings import BATCH
from generator.index.writer import rows_per_group
from generator.photographs import read_photograph, to_canvas
from tests.conftest import ROOT
from tests.generator.index.indexing import index_folder, indexed
from tests.generator.tiny_world import make_network, write_photographs

KILLED_RUN = """
import os, signal, sys
from pathlib import Path
from generator.progress import NoProgress
from tests.generator.index.indexing import index_folder

class KillAfter(NoProgress):
    left = int(sys.argv[3])

    def advance(self, n):
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

index_folder(Path(sys.argv[1]), Path(sys.argv[2]), progress=KillAfter())
"""
"""60 photographs in chunks of 16: four reports of the survey, four of the index."""


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_photographs(tmp_path_factory.mktemp("world") / "photographs")


@pytest.fixture(scope="module")
def whole(photographs: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("whole") / "index.parquet"
    index_folder(photographs, out)
    return out.read_bytes()


@pytest.mark.parametrize(("n_reports", "n_passes"), [(2, 4), (5, 3), (7, 1)])
def test_a_killed_run_loses_a_chunk_at_most_and_ends_in_the_same_bytes(
    photographs: Path, whole: bytes, tmp_path: Path, n_reports: int, n_passes: int
) -> None:
    out = tmp_path / "index.parquet"
    command = [sys.executable, "-c", KILLED_RUN, str(photographs), str(out)]
    killed = subprocess.run([*command, str(n_reports)], cwd=ROOT, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert not out.exists()

    network = make_network()
    shapes: list[torch.Size] = []

    def note(_module: nn.Module, inputs: tuple[Tensor], _output: object) -> None:
        shapes.append(inputs[0].shape)

    network.module.register_forward_hook(note)
    index_folder(photographs, out, network=network)

    assert out.read_bytes() == whole
    assert sorted(path.name for path in tmp_path.iterdir()) == ["index.parquet", "work"]
    assert sum(shape[0] == BATCH for shape in shapes) == n_passes


@pytest.mark.parametrize("chunk_size", [32, 48, 64])
def test_the_chunk_size_changes_no_byte(
    photographs: Path, whole: bytes, tmp_path: Path, chunk_size: int
) -> None:
    index_folder(photographs, tmp_path / "i.parquet", chunk_size=chunk_size)

    assert (tmp_path / "i.parquet").read_bytes() == whole


def test_the_order_of_features_and_files_changes_no_byte(
    photographs: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "written backwards"
    for path in sorted(photographs.rglob("*.png"), reverse=True):
        target = copy / path.relative_to(photographs)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    one, other = tmp_path / "one.parquet", tmp_path / "other.parquet"

    index_folder(photographs, one, features=("0:2", "logit:fur", "0:1"))
    index_folder(copy, other, features=("logit:3", "0:1", "0:2", "logit:fur"))

    assert one.read_bytes() == other.read_bytes()


def test_readings_are_those_of_the_whole_map_on_the_canvas(
    photographs: Path, tmp_path: Path
) -> None:
    network = make_network()
    table = indexed(photographs, tmp_path / "i.parquet")
    place, unit = 23, 3
    image = read_photograph(photographs / table.photographs[place].path)
    canvas = to_canvas(image, network.preprocessing, 32)[None]

    feature = FeatureId(layer="0", unit=str(unit))
    first = network.module.get_submodule("0")
    with torch.no_grad():
        expected = first(network_view(network, canvas))[0, unit]  # (8, 8)

    assert table.column(feature)[place] == pytest.approx(
        expected.mean().item(), abs=1e-6
    )
    assert table.maximum(feature)[place] == pytest.approx(
        expected.max().item(), abs=1e-6
    )
    row, column = table.position(feature)[place]
    assert expected[row, column] == expected.max()
    logit = table.find("logit:sky")
    by_hand = feature_activations(network, canvas, [logit]).item()
    assert table.column(logit)[place] == pytest.approx(by_hand, abs=1e-6)
    assert table.position(logit)[place].tolist() == [-1, -1]
    assert (table.maximum(logit) == table.column(logit)).all()


def test_the_file_says_what_its_numbers_depend_on(
    photographs: Path, tmp_path: Path
) -> None:
    facts = indexed(photographs, tmp_path / "i.parquet").facts

    assert facts["network"]["weights_sha256"] == "0" * 64
    assert facts["network"]["input_px"] == 16
    assert facts["network"]["mean"] == [0.5, 0.5, 0.5]
    assert facts["canvas_px"] == 32
    assert [layer["name"] for layer in facts["layers"]] == ["0", "logit"]
    assert facts["n_images"] == 60
    assert "version" in facts["generator"]
    assert not any("_at" in key or "date" in key for key in facts)


def test_exact_duplicates_are_dropped_and_near_ones_grouped(tmp_path: Path) -> None:
    folder = write_photographs(tmp_path / "photographs", n_of_class=4)
    shutil.copy(folder / "sky" / "00.png", folder / "sky" / "copy.png")
    pixels = np.asarray(Image.open(folder / "fur" / "01.png")).copy()
    pixels[0, 0] ^= 1  # other bytes, the same picture to any eye
    Image.fromarray(pixels).save(folder / "stone" / "alike.png")

    summary = index_folder(folder, tmp_path / "i.parquet")

    table = ActivationTable.read(tmp_path / "i.parquet")
    paths = [photograph.path for photograph in table.photographs]
    assert summary.n_exact_duplicates == 1
    assert summary.n_near_duplicates == 1
    assert summary.n_images == len(paths) == 5 * 4 + 1
    assert table.facts["exact_duplicates"] == ["sky/copy.png"]
    groups = dict(zip(paths, table.groups.tolist(), strict=True))
    assert groups["stone/alike.png"] == groups["fur/01.png"]
    assert len(set(groups.values())) == 20
    content = (folder / paths[0]).read_bytes()
    assert table.photographs[0].sha256 == hashlib.sha256(content).hexdigest()


def test_unreadable_photographs_are_all_named_before_anything_is_computed(
    tmp_path: Path,
) -> None:
    folder = write_photographs(tmp_path / "photographs", n_of_class=4)
    (folder / "sky" / "a.jpg").write_bytes(b"no photograph")
    (folder / "fur" / "z.jpg").write_bytes(b"none either")
    network = make_network()
    seen: list[int] = []

    def note(_module: nn.Module, inputs: tuple[Tensor], _output: object) -> None:
        seen.append(len(inputs[0]))

    network.module.register_forward_hook(note)
    with pytest.raises(PhotographError) as caught:
        index_folder(folder, tmp_path / "i.parquet", network=network)

    assert "fur/z.jpg" in str(caught.value)
    assert "sky/a.jpg" in str(caught.value)
    assert set(seen) <= {2}  # the probe of the layers, no batch of photographs
    assert not (tmp_path / "i.parquet").exists()


def test_unreadable_photographs_can_be_left_out_and_are_counted(tmp_path: Path) -> None:
    folder = write_photographs(tmp_path / "photographs", n_of_class=4)
    index_folder(folder, tmp_path / "clean.parquet")
    (folder / "brick" / "000.jpg").write_bytes(b"no photograph")

    summary = index_folder(folder, tmp_path / "i.parquet", skips_unreadable=True)

    assert summary.unreadable == ("brick/000.jpg",)
    assert summary.n_images == 20
    clean = ActivationTable.read(tmp_path / "clean.parquet")
    table = ActivationTable.read(tmp_path / "i.parquet")
    assert table.photographs == clean.photographs
    feature = table.find("0:1")
    np.testing.assert_array_equal(table.column(feature), clean.column(feature))


def test_a_folder_without_one_readable_photograph_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "a.jpg").write_bytes(b"no photograph")

    with pytest.raises(PhotographError, match=r"a\.jpg"):
        index_folder(
            tmp_path / "photographs", tmp_path / "i.parquet", skips_unreadable=True
        )


def test_an_activation_that_is_no_number_names_feature_and_photograph(
    photographs: Path, tmp_path: Path
) -> None:
    network = make_network()
    first = network.module.get_submodule("0")
    assert isinstance(first, nn.Conv2d)
    assert first.bias is not None
    first.bias.data[2] = float("nan")

    with pytest.raises(NotFiniteError, match=r"0:2 .* brick/00\.png"):
        index_folder(photographs, tmp_path / "i.parquet", network=network)


def test_an_index_that_cannot_be_written_is_refused(
    photographs: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("a file, no folder")

    with pytest.raises(OutputError):
        index_folder(photographs, tmp_path / "taken" / "i.parquet")


@pytest.mark.parametrize("chunk_size", [0, 8, 20])
def test_a_chunk_that_is_no_multiple_of_a_batch_is_refused(
    photographs: Path, tmp_path: Path, chunk_size: int
) -> None:
    with pytest.raises(ConfigError, match="multiple of 16"):
        index_folder(photographs, tmp_path / "i.parquet", chunk_size=chunk_size)


def test_a_row_group_of_ten_thousand_features_stays_below_its_size() -> None:
    # 64 MiB at 12 bytes for each of 10,000 features: 67,108,864 / 120,000
    assert rows_per_group(10_000) == 559
