"""The work folder: whole units of work, found again by content."""

from pathlib import Path

import numpy as np
import pytest

from generator.errors import OutputError
from generator.jobs import WorkFolder, content_key, write_whole


def test_a_stored_unit_comes_back_as_it_was(tmp_path: Path) -> None:
    work = WorkFolder(path=tmp_path / "work")
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.array("text")}

    work.store("ab12", arrays)

    found = work.load("ab12")
    assert found is not None
    assert found["a"].tobytes() == arrays["a"].tobytes()
    assert found["b"].item() == "text"


def test_a_unit_that_was_never_stored_is_absent(tmp_path: Path) -> None:
    assert WorkFolder(path=tmp_path).load("ab12") is None


@pytest.mark.parametrize("n_bytes", [0, 10, 200])
def test_a_damaged_unit_is_dropped_as_if_it_had_never_been(
    tmp_path: Path, n_bytes: int, caplog: pytest.LogCaptureFixture
) -> None:
    work = WorkFolder(path=tmp_path)
    work.store("ab12", {"a": np.arange(100)})
    (file,) = tmp_path.rglob("*.npz")
    file.write_bytes(file.read_bytes()[:n_bytes])

    assert work.load("ab12") is None
    assert "unreadable" in caplog.text
    assert not list(tmp_path.rglob("*.npz"))


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    work = WorkFolder(path=tmp_path)

    with pytest.raises(ValueError, match="allow_pickle"):
        work.store("ab12", {"a": np.array([object()])})

    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_folder_that_cannot_be_is_an_error_to_read_and_act_on(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_text("in the way")
    work = WorkFolder(path=tmp_path / "file")

    assert work.load("ab12") is None
    with pytest.raises(OutputError, match="cannot be written"):
        work.store("ab12", {"a": np.arange(3)})


def test_every_part_of_the_content_changes_the_key() -> None:
    keys = {
        content_key("a", 1),
        content_key("a", 2),
        content_key("b", 1),
        content_key("a", "1"),
        content_key(["a", 1]),
        content_key("a", 1, None),
    }

    assert len(keys) == 6


def test_writing_whole_replaces_the_file(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "file.txt"

    write_whole(path, b"one")
    write_whole(path, b"two")

    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]
