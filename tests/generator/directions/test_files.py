"""The direction file: what is written comes back, and nothing else is accepted."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from generator.directions.direction import DirectionFile, ImageSet, unit_direction
from generator.directions.files import read_directions, write_directions
from generator.errors import ConfigError, DirectionError


def a_file(n: int = 3, shape: tuple[int, ...] = (5,)) -> DirectionFile:
    rng = np.random.default_rng(2)
    return DirectionFile(
        directions=tuple(
            unit_direction(
                rng.standard_normal(shape),
                name=f"d{k}",
                layer="features.4",
                kind="cav",
                quality={"held_out_accuracy": 0.5 + k / 10},
                passes=k > 0,
            )
            for k in range(n)
        ),
        network="toy",
        weights_sha256="ab" * 32,
        settings={"n_random_sets": 20, "note": "größer"},
        images=(ImageSet(role="concept d0", n_images=7, sha256="cd" * 32),),
        rng_seed=11,
        quality={"explained_variance": 0.25},
        generator={"version": "0"},
    )


@pytest.mark.parametrize("shape", [(5,), (2, 3, 4)])
def test_what_is_written_comes_back(tmp_path: Path, shape: tuple[int, ...]) -> None:
    written = a_file(shape=shape)

    write_directions(tmp_path / "d.safetensors", written)
    read = read_directions(tmp_path / "d.safetensors")

    for before, after in zip(written.directions, read.directions, strict=True):
        assert np.array_equal(before.vector, after.vector)
        assert (before.name, before.layer, before.kind) == (
            after.name,
            after.layer,
            after.kind,
        )
        assert before.quality == after.quality
        assert before.passes is after.passes
    for name in ("network", "weights_sha256", "settings", "images", "rng_seed"):
        assert getattr(written, name) == getattr(read, name)
    assert (read.quality, read.generator) == (written.quality, written.generator)
    assert (read.layer, read.method) == ("features.4", "cav")


def test_the_same_directions_make_the_same_bytes(tmp_path: Path) -> None:
    one, two = tmp_path / "one.safetensors", tmp_path / "two.safetensors"

    write_directions(one, a_file())
    write_directions(two, a_file())

    assert one.read_bytes() == two.read_bytes()
    assert [path.name for path in sorted(tmp_path.iterdir())] == [one.name, two.name]


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"ends in \.safetensors; got 'd\.npz'"):
        write_directions(tmp_path / "d.npz", a_file())

    assert not list(tmp_path.iterdir())


def test_numbers_that_are_none_are_not_written(tmp_path: Path) -> None:
    file = a_file()
    object.__setattr__(file, "quality", {"explained_variance": float("nan")})

    with pytest.raises(ValueError, match="JSON"):
        write_directions(tmp_path / "d.safetensors", file)

    assert not list(tmp_path.iterdir())


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DirectionError, match=r"no direction file at .*gone"):
        read_directions(tmp_path / "gone.safetensors")


def test_bytes_that_are_no_direction_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.safetensors"
    path.write_bytes(b"not one")

    with pytest.raises(DirectionError, match="cannot be read as a direction file"):
        read_directions(path)


def test_a_file_of_weights_is_no_direction_file(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    save_file({"vectors": np.ones((2, 3), dtype=np.float32)}, path)

    with pytest.raises(DirectionError, match="holds no directions"):
        read_directions(path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.safetensors"
    write_directions(path, a_file())
    path.write_bytes(path.read_bytes()[:-4])

    with pytest.raises(DirectionError, match="cannot be read"):
        read_directions(path)


@pytest.mark.parametrize("place", ["vectors", "header"])
def test_a_changed_file_is_refused(tmp_path: Path, place: str) -> None:
    path = tmp_path / "d.safetensors"
    write_directions(path, a_file())
    content = path.read_bytes()
    if place == "vectors":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        path.write_bytes(content.replace(b"0.25", b"0.95"))

    with pytest.raises(DirectionError, match="checksum does not hold"):
        read_directions(path)


def test_a_later_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d.safetensors"
    header = json.dumps({"schema": "accentuate-directions/9"})
    vectors = np.ones((1, 1), dtype=np.float32)
    save_file({"vectors": vectors}, path, metadata={"accentuate": header})

    with pytest.raises(DirectionError, match="accentuate-directions/9"):
        read_directions(path)


def test_the_file_holds_one_array_that_others_can_read(tmp_path: Path) -> None:
    write_directions(tmp_path / "d.safetensors", a_file(n=2))

    stored = load_file(tmp_path / "d.safetensors")

    assert {name: array.shape for name, array in stored.items()} == {"vectors": (2, 5)}
