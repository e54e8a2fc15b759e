"""The secret key of a data folder."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from study_server.config import ServerConfig
from study_server.errors import StudyServerError


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    configs = [ServerConfig(data_dir=tmp_path) for _ in range(16)]

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(ServerConfig.secret_key, configs))

    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("content", [b"", b"short", b"\xff\xfe"])
def test_a_key_file_without_a_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret_key").write_bytes(content)

    with pytest.raises(StudyServerError, match="secret_key"):
        ServerConfig(data_dir=tmp_path).secret_key()
