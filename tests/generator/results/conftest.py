"""What the tests of results share."""

from pathlib import Path

import pytest

from generator.photographs import to_picture
from tests.generator.toy_network import picture


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Two, under a path with spaces and letters beyond ASCII."""
    folder = tmp_path / "schöne photographs"
    folder.mkdir()
    for seed in range(2):
        to_picture(picture(96, 80, rng_seed=seed)).save(folder / f"p {seed}.png")
    return folder
