"""Exports wait for one another, not participants for exports."""

from pathlib import Path

import pytest

from study_server.errors import ExportBusyError
from study_server.export.turns import MOST_AT_A_TIME, take_turn


def test_no_more_turns_are_given_than_there_are(tmp_path: Path) -> None:
    turns = [take_turn(tmp_path) for _ in range(MOST_AT_A_TIME)]

    with pytest.raises(ExportBusyError, match="try again in 30 seconds"):
        take_turn(tmp_path)

    assert len(turns) == MOST_AT_A_TIME


def test_a_turn_ends_with_its_export_and_is_given_back_once(tmp_path: Path) -> None:
    first, *_others = [take_turn(tmp_path) for _ in range(MOST_AT_A_TIME)]

    assert b"".join(first.over([b"a", b"b"])) == b"ab"
    first.give_back()

    take_turn(tmp_path)
    with pytest.raises(ExportBusyError):
        take_turn(tmp_path)


def test_a_download_that_breaks_off_gives_its_turn_back(tmp_path: Path) -> None:
    first, *_others = [take_turn(tmp_path) for _ in range(MOST_AT_A_TIME)]
    chunks = first.over([b"a", b"b"])
    next(chunks)

    chunks.close()  # type: ignore[attr-defined]  # a generator, as the server sees it

    take_turn(tmp_path)
