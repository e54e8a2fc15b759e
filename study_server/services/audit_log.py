"""The log of what researchers did: append-only and hash-chained. No Flask.

digest = SHA-256(digest before, newline, canonical JSON of the row). A changed, removed
or inserted row breaks the chain; whoever can write to the database can write a new
chain, so the newest digest is worth keeping elsewhere: `study-server audit verify`
prints it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.dialects import lock_audit_log
from study_server.models import AuditEntry

BEFORE_FIRST = "0" * 64
COMMAND_LINE = "command line"
"""The actor of whoever has a shell on the server."""

Detail = str | int | float | bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditVerification:
    """What was looked at, and the first thing that is wrong with it."""

    n_entries: int
    digest: str
    """Of the newest entry."""
    fault: str | None
    """None: every entry is as it was written."""


def note(
    db: Session,
    action: str,
    *,
    actor: str,
    done_at: datetime,
    study_id: str | None = None,
    details: Mapping[str, Detail] | None = None,
) -> AuditEntry:
    """Write down an act, in the transaction that does it.

    Args:
        details: what is needed to understand it; no secret, no id of a platform.
    """
    lock_audit_log(db.connection())
    last = db.scalars(
        select(AuditEntry).order_by(AuditEntry.entry_index.desc()).limit(1)
    ).first()
    entry = AuditEntry(
        entry_index=last.entry_index + 1 if last else 1,
        done_at=done_at,
        actor=actor,
        action=action,
        study_id=study_id,
        details=json.dumps(details or {}, sort_keys=True, ensure_ascii=False),
    )
    entry.digest = digest_of(last.digest if last else BEFORE_FIRST, entry)
    db.add(entry)
    db.flush()
    return entry


def newest_entries(
    db: Session, *, limit: int, before: int | None = None, study_id: str | None = None
) -> Sequence[AuditEntry]:
    """Entries, the newest first.

    Args:
        before: only those with a lower index.
        study_id: only those of one study.
    """
    query = select(AuditEntry).order_by(AuditEntry.entry_index.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditEntry.entry_index < before)
    if study_id is not None:
        query = query.where(AuditEntry.study_id == study_id)
    return db.scalars(query).all()


def verify_log(db: Session) -> AuditVerification:
    """Compute every digest again."""
    before, n_entries, fault = BEFORE_FIRST, 0, None
    for entry in db.scalars(select(AuditEntry).order_by(AuditEntry.entry_index)):
        n_entries += 1
        fault = fault or _fault_of(entry, n_entries, before)
        before = entry.digest
    return AuditVerification(n_entries=n_entries, digest=before, fault=fault)


def digest_of(before: str, entry: AuditEntry) -> str:
    """The digest of an entry that stands behind the one with digest `before`."""
    facts = {
        "entry_index": entry.entry_index,
        "done_at": entry.done_at.astimezone(UTC).isoformat(),
        "actor": entry.actor,
        "action": entry.action,
        "study_id": entry.study_id,
        "details": entry.details,
    }
    row = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{row}".encode()).hexdigest()


def _fault_of(entry: AuditEntry, place: int, before: str) -> str | None:
    if entry.entry_index != place:
        return f"entry {place} is missing; entry {entry.entry_index} stands there"
    if digest_of(before, entry) != entry.digest:
        return f"entry {place} ({entry.action}) does not agree with its digest"
    return None
