"""What tests of every package share."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def skip_or_fail_in_ci(reason: str) -> None:
    """Skip here; in continuous integration a missing thing is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real weights, photographs and reference numbers."""
    folder = Path(os.environ.get("ACCENTUATE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        skip_or_fail_in_ci(
            f"no shared data at {folder}; point ACCENTUATE_DATA at the folder"
        )
    return folder
