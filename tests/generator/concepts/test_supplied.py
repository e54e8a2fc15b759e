"""Directions made elsewhere."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generator.concepts.supplied import (
    SuppliedConfig,
    read_array,
    supplied_directions,
)
from generator.errors import ConfigError, DirectionError, LayerNotFoundError
from tests.generator.concepts.planted import planted_network

MIX = (6, 32, 32)
"""Shape of the layer."""


def supplied(array: Any, *names: str, layer: str = "mix") -> Any:
    return supplied_directions(
        planted_network(), array, SuppliedConfig(layer=layer, names=names)
    )


def test_vectors_are_scaled_to_unit_norm_and_their_norm_is_kept() -> None:
    file = supplied([[3, 4, 0, 0, 0, 0], [0, 0, 0, 0, 0, -2]], "a", "b")

    assert file.by_name["a"].vector[:2].tolist() == pytest.approx([0.6, 0.8])
    assert file.by_name["a"].quality == {"supplied_norm": 5.0}
    assert file.by_name["b"].vector[5] == -1
    assert (file.method, file.rng_seed) == ("supplied", None)


def test_a_single_vector_needs_no_further_axis() -> None:
    assert supplied(np.ones(6), "a").directions[0].vector.shape == (6,)


def test_spatial_targets_have_the_shape_of_the_layer() -> None:
    assert supplied(np.ones(MIX), "a").directions[0].is_spatial
    assert len(supplied(np.ones((2, *MIX)), "a", "b").directions) == 2
    with pytest.raises(DirectionError, match="6 x 16 x 16; layer 'mix' has 6 x 32"):
        supplied(np.ones((6, 16, 16)), "a")


@pytest.mark.parametrize(
    ("array", "names", "message"),
    [
        (np.ones((1, 5)), ["a"], "channels: 5; layer 'mix' has 6"),
        (np.ones((2, 6)), ["a"], "1 names need an array of"),
        (np.ones((1, 6)), ["a", "b"], "2 names need an array of"),
        (np.ones((2, 6)), ["a", "a"], "each name once"),
        (np.zeros((1, 6)), ["a"], "zero or not finite"),
        (np.full((1, 6), np.nan), ["a"], "zero or not finite"),
        (np.ones((1, 6), dtype=complex), ["a"], "real numbers"),
        (np.array(["x"] * 6), ["a"], "real numbers"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(
    array: Any, names: list[str], message: str
) -> None:
    with pytest.raises(DirectionError, match=message):
        supplied(array, *names)


def test_names_and_layers_are_checked() -> None:
    with pytest.raises(ConfigError, match="at least one name"):
        supplied(np.ones((1, 6)))
    with pytest.raises(ConfigError, match="letters, digits"):
        supplied(np.ones((1, 6)), "a b")
    with pytest.raises(LayerNotFoundError, match="close names: mix"):
        supplied(np.ones((1, 6)), "a", layer="mixx")


def test_an_array_is_read_from_its_file(tmp_path: Path) -> None:
    np.save(tmp_path / "v.npy", np.ones((2, 6)))

    assert np.array_equal(read_array(tmp_path / "v.npy"), np.ones((2, 6)))


def test_files_that_hold_no_array_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npy").write_text("1 2 3")
    np.savez(tmp_path / "several.npz", a=np.ones(3))
    np.save(tmp_path / "objects.npy", np.array([{}, []], dtype=object))

    for name in ("gone.npy", "text.npy", "several.npz", "objects.npy"):
        with pytest.raises(DirectionError, match=rf"(?s){name}.*numpy\.save"):
            read_array(tmp_path / name)
