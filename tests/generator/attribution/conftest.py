"""What the tests of attribution share."""

from pathlib import Path

import pytest

from generator.cli import main
from generator.photographs import to_picture
from tests.generator.toy_network import picture


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `photographs/` and, made of them by the command, `made/`."""
    folder = tmp_path_factory.mktemp("attribute")
    (folder / "photographs").mkdir()
    for rng_seed in range(2):
        photograph = to_picture(picture(96, 80, rng_seed=rng_seed))
        photograph.save(folder / "photographs" / f"p{rng_seed}.png")
    command = ["image", str(folder / "photographs"), "--out", str(folder / "made")]
    features = ["--feature", "logit:brick", "--feature", "logit:#1"]
    assert main([*command, *features, "--steps", "2", "--canvas", "72"]) == 0
    return folder
