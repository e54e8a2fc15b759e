"""What stands for the content of files."""

import hashlib
from pathlib import Path

from generator.file_hash import file_sha256, set_sha256

OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""FIPS 180-2, appendix B.1."""


def test_a_file_is_known_by_its_bytes_whatever_its_name(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(b"abc")

    assert file_sha256(tmp_path / "one") == OF_ABC
    assert file_sha256(tmp_path / "two") == OF_ABC


def test_a_set_of_files_is_known_in_any_order() -> None:
    lines = hashlib.sha256(b"aa\nbb").hexdigest()

    assert set_sha256(["bb", "aa"]) == lines
    assert set_sha256(["aa", "bb"]) == lines
    assert set_sha256(["aa"]) != lines
