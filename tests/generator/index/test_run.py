"""One call from a folder to an index file; Ctrl-C leaves finished chunks usable."""

from pathlib import Path

import pytest

from generator.errors import ConfigError
from generator.feature_text import parse_feature
from generator.index.activation_table import ActivationTable
from generator.index.run import IndexConfig, index_photographs
from generator.progress import NoProgress
from tests.generator.tiny_world import make_network, write_photographs

CONFIG = IndexConfig(layers=["2"], with_logits=True, chunk_size=16)


class StopAfter(NoProgress):
    """Presses Ctrl-C after so many reports, and counts them."""

    def __init__(self, n_reports: int) -> None:
        self.n_left = n_reports
        self.n_seen = 0

    def advance(self, n: int) -> None:
        self.n_seen += 1
        if self.n_seen == self.n_left:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world") / "photographs"
    return write_photographs(folder, n_of_class=8)


def test_an_interrupted_index_goes_on_and_then_leaves_nothing_but_the_file(
    photographs: Path, tmp_path: Path
) -> None:
    whole, stopped = tmp_path / "whole.parquet", tmp_path / "stopped.parquet"
    index_photographs(make_network(), photographs, CONFIG, whole)

    with pytest.raises(KeyboardInterrupt):
        index_photographs(
            make_network(), photographs, CONFIG, stopped, progress=StopAfter(4)
        )
    left = sorted(path.name for path in tmp_path.iterdir())
    summary = index_photographs(make_network(), photographs, CONFIG, stopped)

    assert left == [".stopped.parquet.work", "whole.parquet"]
    assert stopped.read_bytes() == whole.read_bytes()
    assert summary.n_images == 40
    assert summary.n_features == 6 + 5
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("stopped.parquet", "whole.parquet")
    ]


@pytest.mark.parametrize(("asked", "expected"), [(None, 18), (40, 40)])
def test_the_canvas_is_as_large_as_asked_for_or_eight_sevenths_of_the_view(
    photographs: Path, tmp_path: Path, asked: int | None, expected: int
) -> None:
    config = IndexConfig(with_logits=True, canvas_px=asked)
    out = tmp_path / "i.parquet"

    index_photographs(make_network(), photographs, config, out)

    assert ActivationTable.read(out).facts["canvas_px"] == expected


def test_a_csv_holds_expressions_too(photographs: Path, tmp_path: Path) -> None:
    out = tmp_path / "index.csv"
    config = IndexConfig(
        features=[parse_feature("logit:sky - logit:fur")], canvas_px=32
    )

    index_photographs(make_network(), photographs, config, out)

    assert "activation:logit:sky - logit:fur" in out.read_text().splitlines()[0]


def test_a_name_without_a_known_suffix_is_refused(
    photographs: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=r"must end in \.parquet or \.csv"):
        index_photographs(make_network(), photographs, CONFIG, tmp_path / "index")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        index_photographs(make_network(), photographs, CONFIG, tmp_path / "folder.csv")
