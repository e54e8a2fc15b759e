"""What the launch checklist says of backups."""

from datetime import timedelta
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy.orm import Session

from study_server.models import Study
from study_server.services.backups import NAME, SUFFIX
from study_server.services.launch import Ground, checklist_item
from tests.study_server.rows import MORNING
from tests.study_server.study_fixture import tiny_definition


@pytest.mark.parametrize(
    ("minutes_ago", "fault"),
    [
        ((), "no backup of the last 24 hours"),
        ((25 * 60,), "no backup of the last 24 hours"),
        ((5,), None),
        ((50, 35), None),  # a gap of 15 minutes and one that may still be nothing
        ((95, 80), "backups have stopped: the newest in"),
        ((20 * 60, 10 * 60), None),  # they come every ten hours
    ],
)
def test_backups_are_running_if_they_come_as_they_used_to(
    tmp_path: Path, minutes_ago: tuple[int, ...], fault: str | None
) -> None:
    """7.6"""
    for minutes in minutes_ago:
        moment = MORNING - timedelta(minutes=minutes)
        (tmp_path / f"{moment.strftime(NAME)}{SUFFIX}").touch()

    item = checklist_item("backup", ground(tmp_path))

    assert (item.fault is None) == (fault is None)
    assert fault is None or fault in (item.fault or "")


def test_a_server_without_backups_is_told_how_to_make_them() -> None:
    """7.6"""
    assert "--backups DIR" in (checklist_item("backup", ground(None)).fault or "")


def ground(backups_dir: Path | None) -> Ground:
    """A checklist's ground of which only the backups are looked at."""
    nothing = Path()
    return Ground(
        db=cast(Session, None),
        study=cast(Study, None),
        definition=tiny_definition(),
        data_dir=nothing,
        bundles_dir=nothing,
        backups_dir=backups_dir,
        now=MORNING,
    )
