"""Bonuses: one proposes, another confirms, nobody is paid twice. No Flask."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from study_server.errors import BonusError, SessionNotFoundError
from study_server.export.cells import csv_line, guarded
from study_server.models import Bonus, PlatformIdentity, StudySession
from study_server.services.replacement import find_by_reference

MAX_ROWS = 5_000
MAX_CENTS = 100_000
MAX_REASON_CHARACTERS = 200


class Limits(NamedTuple):
    """What may be paid, in hundredths."""

    per_person_cents: int
    total_cents: int


class Line(NamedTuple):
    """One row of what was pasted: a session's reference and an amount."""

    number: int
    reference: str
    amount_cents: int


def read_lines(text: str) -> list[Line]:
    """Rows like `1f3a5c7e,1.50`.

    Raises:
        BonusError: names the first row that is none.
    """
    rows = [(n, row) for n, row in enumerate(text.splitlines(), 1) if row.strip()]
    if len(rows) > MAX_ROWS:
        raise BonusError(f"{len(rows)} rows; at most {MAX_ROWS} at a time")
    return [_read_line(number, row) for number, row in rows]


def propose(
    db: Session,
    study_id: str,
    lines: Sequence[Line],
    *,
    reason: str,
    limits: Limits,
    by: str,
    at: datetime,
) -> list[Bonus]:
    """Write down who is to get what; nothing is paid before somebody confirms.

    Raises:
        BonusError: a row is over a limit, names nobody, or was proposed before.
    """
    reason = reason.strip()[:MAX_REASON_CHARACTERS]
    if not reason:
        raise BonusError("a bonus has a reason; give one")
    if not lines:
        raise BonusError("no rows; write one per session, like 1f3a5c7e,1.50")
    made = [_proposal(db, study_id, line, reason, limits, by, at) for line in lines]
    known = {(b.payee, b.reason) for b in list_bonuses(db, study_id)}
    payees = [each.payee for each in made]
    for line, each in zip(lines, made, strict=True):
        if (each.payee, reason) in known or payees.count(each.payee) > 1:
            raise BonusError(
                f"line {line.number}: {line.reference} has a bonus for this reason "
                "already; nobody is paid twice"
            )
    total = sum(each.amount_cents for each in made)
    if total > limits.total_cents:
        raise BonusError(
            f"{total / 100:.2f} in all; at most {limits.total_cents / 100:.2f}"
        )
    db.add_all(made)
    db.flush()
    return made


def confirm(db: Session, study_id: str, *, by: str, at: datetime) -> list[Bonus]:
    """Confirm all that others have proposed.

    Raises:
        BonusError: nothing waits that somebody else proposed.
    """
    waiting = [
        each
        for each in list_bonuses(db, study_id)
        if each.confirmed_at is None and each.proposed_by != by
    ]
    if not waiting:
        raise BonusError("nothing waits that somebody else than you has proposed")
    for each in waiting:
        each.confirmed_by, each.confirmed_at = by, at
    db.flush()
    return waiting


def list_bonuses(db: Session, study_id: str) -> Sequence[Bonus]:
    """All of a study, the oldest first."""
    query = select(Bonus).where(Bonus.study_id == study_id).order_by(Bonus.id)
    return db.scalars(query).all()


def bonus_csv(db: Session, study_id: str) -> bytes:
    """Confirmed bonuses as platforms take them: id and amount."""
    rows = [csv_line(["submission_id", "participant_id", "amount", "reason"])]
    for each in list_bonuses(db, study_id):
        if each.confirmed_at is None:
            continue
        identity = db.get(PlatformIdentity, each.session_id)
        ids = (
            (identity.submission_id or "", identity.participant_id or "")
            if identity
            else ("", each.session_id)
        )
        amount = f"{each.amount_cents / 100:.2f}"
        rows.append(csv_line([*map(guarded, ids), amount, guarded(each.reason)]))
    return b"".join(rows)


def _read_line(number: int, row: str) -> Line:
    reference, comma, amount = row.strip().partition(",")
    whole, _, part = amount.strip().partition(".")
    is_number = whole.isascii() and whole.isdigit() and len(whole) <= 6
    is_part = part == "" or (part.isascii() and part.isdigit() and len(part) <= 2)
    if not comma or not is_number or not is_part:
        raise BonusError(
            f"line {number}: {row[:80]!r} is not a session and an amount, like "
            "1f3a5c7e,1.50"
        )
    return Line(number, reference.strip(), int(whole) * 100 + int(part.ljust(2, "0")))


def _proposal(
    db: Session,
    study_id: str,
    line: Line,
    reason: str,
    limits: Limits,
    by: str,
    at: datetime,
) -> Bonus:
    most = min(limits.per_person_cents, MAX_CENTS)
    if not 0 < line.amount_cents <= most:
        raise BonusError(
            f"line {line.number}: {line.amount_cents / 100:.2f} is not above 0 and at "
            f"most {most / 100:.2f}"
        )
    try:
        session: StudySession = find_by_reference(db, study_id, line.reference)
    except SessionNotFoundError as error:
        raise BonusError(f"line {line.number}: {error}") from error
    return Bonus(
        study_id=study_id,
        payee=session.submission_pseudonym or session.session_id,
        session_id=session.session_id,
        reason=reason,
        amount_cents=line.amount_cents,
        proposed_by=by,
        proposed_at=at,
    )
