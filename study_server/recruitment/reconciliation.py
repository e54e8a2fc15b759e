"""Whether a platform's account of a study and ours agree, person by person. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from study_server.recruitment.platform import Platform, plain_state
from study_server.recruitment.platform_csv import PlatformRow

COMPLETED = "completed"


class Verdict(StrEnum):
    """How a row of the platform and our session fit."""

    FINE = "fine"
    NO_DATA = "complete_but_no_data"
    NO_CODE = "data_but_no_code"
    DUPLICATE = "duplicate"
    MANUAL = "manual"
    """Handed in by hand, without a code; a case to look at, no fault."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnSession:
    """What we hold of one person."""

    session_id: str
    outcome: str | None
    """How it ended; None: it runs."""
    code: str | None
    """The code that its last page shows."""
    holds_slot: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One row, judged."""

    verdict: Verdict
    row: PlatformRow | None
    """None: the platform's file does not know the session."""
    session: OwnSession | None
    act: str
    """What to do about it."""


def reconcile(
    rows: Iterable[PlatformRow],
    platform: Platform,
    *,
    find: Callable[[PlatformRow], OwnSession | None],
    unlisted: Callable[[set[str]], Sequence[OwnSession]],
) -> list[Finding]:
    """Every row of the platform's file judged, then completed sessions it lacks.

    Args:
        find: our session of the row's person, if there is one.
        unlisted: completed sessions whose ids are not in the set given.
    """
    findings: list[Finding] = []
    lines: dict[str, int] = {}  # who or which submission → the line they stood in first
    seen: set[str] = set()
    for row in rows:
        session = find(row)
        names = [f"{kind} {name}" for kind, name in _names(row) if name]
        before = min((lines[name] for name in names if name in lines), default=None)
        if session is not None and session.session_id in seen and before is None:
            before = row.line
        for name in names:
            lines.setdefault(name, row.line)
        if session is not None:
            seen.add(session.session_id)
        if before is not None:
            verdict, act = Verdict.DUPLICATE, _duplicate_act(row, before)
        else:
            verdict, act = judge(row, session, platform)
        findings.append(Finding(verdict=verdict, row=row, session=session, act=act))
    findings += [
        Finding(
            verdict=Verdict.NO_CODE,
            row=None,
            session=session,
            act="The file does not know this person, whose data are complete: is it "
            "the file of this study, and of all its places? If it is, pay by hand.",
        )
        for session in unlisted(seen)
    ]
    return findings


def judge(
    row: PlatformRow, session: OwnSession | None, platform: Platform
) -> tuple[Verdict, str]:
    """One person's row and session, and what to do about them."""
    has_code = row.code.lower() not in platform.no_code
    state = plain_state(row.status)
    is_complete = state in platform.complete_states or (not state and has_code)
    if session is None:
        if is_complete:
            return Verdict.NO_DATA, (
                "Nothing is stored of this person. Ask them what happened, and for a "
                "recovery file; without data, ask them to return the submission."
            )
        return Verdict.FINE, "Nothing to do: they never began here."
    has_data = session.outcome == COMPLETED
    if is_complete and has_code:
        return _with_code(row, session)
    if is_complete and has_data:
        return Verdict.MANUAL, (
            "They handed in by hand, without the code; their data are "
            "complete. Approve."
        )
    if is_complete:
        return Verdict.NO_DATA, (
            f"They handed in by hand; here the session {_end(session)}. Ask them what "
            "happened before you approve or ask for a return."
        )
    if has_data:
        return Verdict.NO_CODE, (
            "Their data are complete, but the platform says "
            f"{row.status or 'nothing'!r}. Ask them to hand in with the "
            "code, or pay by hand."
        )
    return Verdict.FINE, _open_act(row, session, platform)


def _with_code(row: PlatformRow, session: OwnSession) -> tuple[Verdict, str]:
    if session.code is not None and row.code.casefold() == session.code.casefold():
        return Verdict.FINE, (
            "Approve."
            if session.outcome == COMPLETED
            else f"Handle as the code says: here the session {_end(session)}."
        )
    if session.outcome == COMPLETED:
        return Verdict.MANUAL, (
            f"The code {row.code!r} is not the one of their page, but their data are "
            "complete. Approve, and look where the code comes from."
        )
    return Verdict.NO_DATA, (
        f"They gave the code {row.code!r}, but here the session {_end(session)}. Ask "
        "them for a recovery file; the code may have been passed on."
    )


def _open_act(row: PlatformRow, session: OwnSession, platform: Platform) -> str:
    effect = platform.effect_of(row.status)
    if effect != "none" and session.holds_slot:
        return (
            "The platform has given the place away, here it is still held: free it "
            "with `study-server return`."
        )
    return "Nothing to do: neither side holds it for complete."


def _duplicate_act(row: PlatformRow, before: int) -> str:
    if before == row.line:
        return "Another row has led to the same session. Look at both; pay once."
    return (
        f"The same person or submission stands in line {before}. Judge them by that "
        "line; pay once."
    )


def _names(row: PlatformRow) -> tuple[tuple[str, str], ...]:
    return ("participant", row.participant_id), ("submission", row.submission_id)


def _end(session: OwnSession) -> str:
    return f"ended as {session.outcome}" if session.outcome else "still runs"
