"""An export on its way to whoever asked for it. No Flask."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from study_server.db import Database
from study_server.export.archive import stream_archive
from study_server.services.audit_log import note
from study_server.services.blinding import is_blind
from study_server.services.studies import get_study


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What is to be exported, of which study."""

    study_id: str

    sessions: str
    """One of `SESSION_FILTERS`."""

    format_name: str
    """One of `FORMATS`."""

    exported_at: datetime

    @property
    def file_name(self) -> str:
        """What a browser calls the file."""
        kind = "" if self.format_name == "csv" else f"-{self.format_name}"
        when = f"{self.exported_at:%Y%m%dT%H%M%SZ}"
        return f"{self.study_id}-{self.sessions}{kind}-{when}.zip"


def note_export(db: Session, wanted: Wanted, *, actor: str) -> None:
    """Write into the audit log that somebody gets an export."""
    note(
        db,
        "export",
        actor=actor,
        done_at=wanted.exported_at,
        study_id=wanted.study_id,
        details={"sessions": wanted.sessions, "format": wanted.format_name},
    )


def has_people(sessions: str) -> bool:
    """Whether a choice of sessions has answers of people, which nobody is to judge
    before the study is over."""
    return sessions in ("all", "real")


def download(database: Database, wanted: Wanted, bundles_dir: Path) -> Iterator[bytes]:
    """The zip; its one transaction ends with the last chunk, or with the download."""
    with database.read() as db:
        study = get_study(db, wanted.study_id)
        yield from stream_archive(
            db,
            study,
            sessions=wanted.sessions,
            exported_at=wanted.exported_at,
            format_name=wanted.format_name,
            bundles_dir=bundles_dir,
            is_blind=has_people(wanted.sessions) and is_blind(db, study),
        )
