"""Figures about one unit in many photographs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from generator.errors import ConfigError, PhotographError
from generator.experiments.polysemantic import clusters
from generator.experiments.scene import Scene
from generator.experiments.units import commonest_classes
from tests.generator.experiments.little_world import (
    little_network,
    request_of,
    rows_of,
    studio_of,
    write_photographs,
)


def test_one_feature_is_brought_out_in_every_photograph(tmp_path: Path) -> None:
    photographs = write_photographs(tmp_path / "photographs", 8)
    request = request_of(photographs, features=("2:3",))

    rows = rows_of("diversity", request, tmp_path / "out")

    assert {row["feature_id"] for row in rows} == {"2:3"}
    assert [row["photograph"] for row in rows] == [path.name for path in photographs]


@pytest.mark.parametrize("features", [("2:3", "2:4"), ("logit:#1",)])
def test_diversity_wants_one_fixed_feature(
    features: tuple[str, ...], tmp_path: Path
) -> None:
    photographs = write_photographs(tmp_path / "photographs", 2)

    with pytest.raises(ConfigError, match="one fixed feature"):
        studio_of(
            "diversity", request_of(photographs, features=features), tmp_path / "out"
        )


def test_diversity_wants_several_photographs(tmp_path: Path) -> None:
    photographs = write_photographs(tmp_path / "photographs", 1)

    with pytest.raises(ConfigError, match="Name more"):
        studio_of("diversity", request_of(photographs), tmp_path / "out")


def test_clusters_come_largest_first_with_the_middle_as_seed() -> None:
    # Two groups on the circle: around (1, 0) three vectors, the second in their
    # middle; around (0, 1) two.
    vectors = np.array([[0.9, 0.4], [1.0, 0.1], [0.0, 1.0], [0.9, -0.3], [0.1, 1.0]])
    labels = np.array([1, 1, 0, 1, 0])

    first, second = clusters(vectors, labels)

    assert (first.seed, first.others) == (1, (0, 3))
    assert {second.seed, *second.others} == {2, 4}


def test_a_unit_has_one_accentuation_for_each_cluster(tmp_path: Path) -> None:
    photographs = write_photographs(tmp_path / "photographs", 1)
    pool = tmp_path / "pool"
    write_photographs(pool, 9)
    request = request_of(
        photographs, features=("2:3",), pool=(pool,), n_clusters=2, n_top=6
    )
    studio = studio_of("polysemantic", request, tmp_path / "out")

    studio.run()

    made = [row for row in studio.rows if row["kind"] == "accentuation"]
    assert [row["cluster"] for row in made] == [1, 2]
    assert sum(row["n_members"] for row in made) == 6


def test_too_few_photographs_make_no_clusters(tmp_path: Path) -> None:
    photographs = write_photographs(tmp_path / "photographs", 3)

    with pytest.raises(PhotographError, match="--pool"):
        studio_of("polysemantic", request_of(photographs), tmp_path / "out")


def test_more_clusters_than_half_the_photographs_are_refused(tmp_path: Path) -> None:
    photographs = write_photographs(tmp_path / "photographs", 8)
    request = request_of(photographs, n_clusters=4, n_top=5)

    with pytest.raises(ConfigError, match="Raise --top"):
        studio_of("polysemantic", request, tmp_path / "out")


def test_vectors_are_taken_where_channels_are_others(tmp_path: Path) -> None:
    """Of `0` and `1` (6 channels) and `2` (8), the last before 2 with 6 is 1."""
    photographs = write_photographs(tmp_path / "photographs", 6)
    request = request_of(photographs, features=("2:3",))

    studio = studio_of("polysemantic", request, tmp_path / "out")

    assert "vectors at 1." in studio.plan.note


def test_the_commonest_classes_are_those_seen_most_often(tmp_path: Path) -> None:
    photographs = write_photographs(tmp_path / "photographs", 4)
    network = little_network()
    with torch.no_grad():
        network.module.get_parameter("6.bias")[5] = 1e3
    scene = Scene.load(network, request_of(photographs))

    assert list(map(str, commonest_classes(scene, photographs, 3))) == ["logit:star"]
