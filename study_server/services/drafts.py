"""Drafts: studies that nobody takes part in yet. No Flask."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from study_server.audit.report import AUDITED_PLANS, Report, audit
from study_server.bundle import Bundle
from study_server.design.definition import StudyDefinition
from study_server.design.fit import check_fit
from study_server.models import DesignAudit, Study
from study_server.services.studies import create_study

INCOMING_FOLDER = "incoming"
"""In the data folder: bundles put here by hand can be taken in from the panel."""


class Change(NamedTuple):
    """One difference between two versions."""

    place: str
    """Like `timing.panel_min_ms`."""

    before: str
    after: str


def make_draft(
    db: Session,
    definition: StudyDefinition,
    bundle: Bundle,
    report: Report,
    *,
    created_at: datetime,
) -> Study:
    """Store a definition, with its audit, as what may be launched.

    Args:
        report: of `audit_of`, made before the transaction began: it takes its time.

    Raises:
        DefinitionError: the study asks for more than the bundle has.
    """
    study = create_study(db, definition, bundle, created_at=created_at, is_draft=True)
    if study.launched_at is None:
        db.add(DesignAudit(study_pk=study.id, report=report, made_at=created_at))
        db.flush()
    return study


def audit_of(definition: StudyDefinition, bundle: Bundle) -> Report:
    """The design audit, as `study-server check` makes it.

    Raises:
        DefinitionError: the study asks for more than the bundle has.
    """
    check_fit(definition, bundle)
    return audit(definition, bundle, n_participants=AUDITED_PLANS)


def incoming_bundles(data_dir: Path) -> list[str]:
    """Names of the folders that wait to be taken in."""
    folder = data_dir / INCOMING_FOLDER
    found = folder.iterdir() if folder.is_dir() else ()
    return sorted(each.name for each in found if (each / "manifest.json").is_file())


def differences(before: Study, after: Study) -> list[Change]:
    """What a version changes, place by place, in the words of study.toml."""
    old, new = (dict(_leaves(study.definition)) for study in (before, after))
    old["bundle"], new["bundle"] = before.bundle_id, after.bundle_id
    return [
        Change(place, old.get(place, "–"), new.get(place, "–"))
        for place in sorted({*old, *new})
        if old.get(place) != new.get(place)
    ]


def _leaves(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every single value with its place; short lists are one value."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{place}.{key}" if place else str(key))
    elif isinstance(value, list) and any(isinstance(v, Mapping) for v in value):
        for number, inner in enumerate(value, 1):
            yield from _leaves(inner, f"{place}[{number}]")
    elif isinstance(value, list):
        yield place, ", ".join(str(each) for each in value)
    else:
        yield place, "not set" if value is None else str(value)
