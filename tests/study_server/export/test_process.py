"""Exports made by a process of their own."""

from pathlib import Path

import pytest

from study_server.config import ServerConfig
from study_server.db import Database
from study_server.errors import ExportError
from study_server.export.download import Wanted, download
from study_server.export.process import download_beside
from tests.study_server.export.zips import NOON

WANTED = Wanted(study_id="demo", sessions="all", format_name="csv", exported_at=NOON)


def test_a_process_of_its_own_makes_the_same_bytes(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """7.9: the same data give the same bytes, wherever they are written."""
    config = ServerConfig(data_dir=tmp_path, database_url=database_url)

    beside = b"".join(download_beside(config, WANTED))

    assert beside == b"".join(download(database, WANTED, config.bundles_dir))


def test_a_process_that_fails_makes_no_zip_that_seems_whole(tmp_path: Path) -> None:
    config = ServerConfig(data_dir=tmp_path / "nowhere")

    with pytest.raises(ExportError, match="failed with exit code 1"):
        b"".join(download_beside(config, WANTED))
