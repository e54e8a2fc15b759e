"""Read an index file: names, percentiles, natural ranges, dead features."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from torch import nn

from generator.errors import ActivationTableError, FeatureNotFoundError, PoolError
from generator.index.activation_table import ActivationTable, as_csv
from generator.index.format import METADATA_KEY
from generator.networks import Network
from tests.conftest import ROOT
from tests.generator.index.indexing import indexed
from tests.generator.tiny_world import make_network, write_photographs


def network_with_dead_and_sparse_channels() -> Network:
    """Channel 1 of layer `1` is 0 on every photograph, as after a ReLU."""
    network = make_network()
    first = network.module.get_submodule("0")
    assert isinstance(first, nn.Conv2d)
    assert first.bias is not None
    first.weight.data[1] = 0
    first.bias.data[1] = -1
    network.module.add_module("1", nn.ReLU())
    return network


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> ActivationTable:
    folder = tmp_path_factory.mktemp("world")
    return indexed(
        write_photographs(folder / "photographs"),
        folder / "i.parquet",
        network=network_with_dead_and_sparse_channels(),
        features=("1:0", "1:1", "1:2", "logit:sky"),
    )


@pytest.mark.parametrize("text", ["logit:sky", "logit:SKY", "logit:2"])
def test_a_logit_is_found_by_label_and_by_number(
    table: ActivationTable, text: str
) -> None:
    assert str(table.find(text)) == "logit:sky"


def test_an_unknown_feature_is_refused_with_close_names(
    table: ActivationTable,
) -> None:
    with pytest.raises(FeatureNotFoundError, match=r"close names: logit:sky.*4 feat"):
        table.find("logit:skye")


def test_a_feature_that_never_changes_is_dead(table: ActivationTable) -> None:
    assert [str(feature) for feature in table.dead_features()] == ["1:1"]
    assert table.natural(table.find("1:1")).is_dead
    with pytest.raises(PoolError, match=r"1:1: a dead feature has no z score"):
        table.z_score(table.find("1:1"), 0.5)
    with pytest.raises(PoolError, match=r"1:1: percentile 50 .* 60 of 60 photographs"):
        table.value_at(table.find("1:1"), 50)


def test_every_photograph_lies_at_the_percentile_that_leads_back_to_it(
    table: ActivationTable,
) -> None:
    feature = table.find("logit:sky")
    for activation in table.column(feature)[:10]:
        percentile = table.percentile(feature, activation)
        assert table.value_at(feature, percentile) == pytest.approx(activation)


def test_the_natural_range_counts_its_photographs(table: ActivationTable) -> None:
    feature = table.find("1:2")
    column = table.column(feature).astype(np.float64)

    natural = table.natural(feature)

    assert natural.n_images == 60
    assert natural.width == column.max() - column.min()
    assert table.z_score(feature, natural.mean + 2 * natural.sd) == pytest.approx(2)
    assert table.count_sentence() == (
        "percentiles are among 60 photographs (fewer than the 10,000 advised)"
    )


def test_columns_are_read_when_they_are_asked_for(
    table: ActivationTable, tmp_path: Path
) -> None:
    copy = tmp_path / "i.parquet"
    content = table.path.read_bytes()
    copy.write_bytes(content)
    opened = ActivationTable.read(copy)
    opened.column(opened.find("1:0"))
    copy.write_bytes(bytes(len(content)))

    opened.column(opened.find("1:0"))  # kept
    with pytest.raises(ActivationTableError, match="can no longer be read"):
        opened.column(opened.find("1:2"))


def test_a_csv_of_the_table_has_what_the_file_has(table: ActivationTable) -> None:
    head, first, *_ = as_csv(table).splitlines()

    cells = dict(zip(head.split(","), first.split(","), strict=True))

    feature = table.find("1:0")
    assert cells["path"] == "brick/00.png"
    assert cells["n_images"] == "60"
    assert float(cells["activation:1:0"]) == table.column(feature)[0]
    assert float(cells["maximum:1:0"]) == table.maximum(feature)[0]
    assert int(cells["row:1:0"]) == table.position(feature)[0, 0]
    assert cells["row:logit:sky"] == ""
    assert 0 <= float(cells["percentile:logit:sky"]) <= 100


def test_another_network_than_the_indexed_one_is_refused(
    table: ActivationTable,
) -> None:
    network = make_network()
    table.check_network(network)

    with pytest.raises(ActivationTableError, match="weights_sha256"):
        table.check_network(replace(network, weights_sha256="1" * 64))
    other = replace(network.preprocessing, input_px=224)
    with pytest.raises(ActivationTableError, match="input_px is 16"):
        table.check_network(replace(network, preprocessing=other))


def test_files_that_are_no_index_are_refused_with_a_remedy(tmp_path: Path) -> None:
    missing = tmp_path / "missing.parquet"
    text = tmp_path / "text.parquet"
    text.write_text("no Parquet")
    other = tmp_path / "other.parquet"
    pq.write_table(pa.table({"path": ["a"]}), other)
    newer = tmp_path / "newer.parquet"
    metadata = {METADATA_KEY: b'{"schema_version": 99}'}
    pq.write_table(pa.table({"path": ["a"]}).replace_schema_metadata(metadata), newer)

    for path, message in [
        (missing, "no activation index at"),
        (text, "cannot be read as an activation index"),
        (other, "no activation index; make one"),
        (newer, "schema version 99"),
    ]:
        with pytest.raises(ActivationTableError, match=message):
            ActivationTable.read(path)


def test_an_index_is_read_without_torch() -> None:
    read = "import sys, generator.pairs.table; sys.exit('torch' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", read], cwd=ROOT, check=False)

    assert done.returncode == 0
