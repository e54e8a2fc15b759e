"""The launch checklist: each item a function, with what to do where it is not met.

No Flask.
"""

import hashlib
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from study_server.audit.report import AUDITED_PLANS
from study_server.design.definition import StudyDefinition
from study_server.design.parts.outcomes import WITHOUT_CODE
from study_server.errors import LaunchError
from study_server.models import (
    DesignAudit,
    Outcome,
    Study,
    StudySession,
    StudyStatus,
)
from study_server.recruitment.platforms import PLATFORMS
from study_server.services.backups import list_backups, moment_of
from study_server.services.bundles import load_bundle, read_checksums
from study_server.services.studies import definition_of

BACKUP_AGE = timedelta(hours=24)
BACKUPS_MISSED = 3
"""Times the gap between the last two backups after which they no longer run."""
SHORTEST_SILENCE = timedelta(hours=1)
"""Nothing is said of a gap shorter than this, whatever the two before."""
MIN_FREE_BYTES = 2_000_000_000
MAY_BE_WAIVED = ("backup", "disk", "preview")
"""Items that an owner may launch without, with a reason."""
NEEDED_CONDITIONS = ("seed_only", "none")


class Ground(NamedTuple):
    """What the checklist looks at."""

    db: Session
    study: Study
    definition: StudyDefinition
    data_dir: Path
    bundles_dir: Path
    backups_dir: Path | None
    now: datetime


class Item(NamedTuple):
    """One line of the checklist."""

    name: str
    title: str
    fault: str | None
    """What to do. None: the item is met."""

    @property
    def is_met(self) -> bool:
        """Whether nothing is left to do."""
        return self.fault is None


def checklist(ground: Ground) -> list[Item]:
    """Every item, in the order to look at them."""
    return [checklist_item(name, ground) for name, _title, _look in ITEMS]


def checklist_item(name: str, ground: Ground) -> Item:
    """One of them, by its name."""
    title, look = {each: (title, look) for each, title, look in ITEMS}[name]
    return Item(name, title, look(ground))


def launch(
    ground: Ground, *, waived: frozenset[str] = frozenset(), reason: str = ""
) -> list[Item]:
    """Open a draft; from now on the database refuses to change it.

    Args:
        waived: items of `MAY_BE_WAIVED` to launch without.
        reason: why, where something is waived.

    Returns:
        The items that were waived.

    Raises:
        LaunchError: names what is left to do.
    """
    if ground.study.launched_at is not None:
        raise LaunchError(f"version {ground.study.version} was launched already")
    unmet = [item for item in checklist(ground) if not item.is_met]
    allowed = waived & frozenset(MAY_BE_WAIVED) if reason.strip() else frozenset()
    if left := [item for item in unmet if item.name not in allowed]:
        todo = "; ".join(f"{item.name}: {item.fault}" for item in left)
        raise LaunchError(f"not ready for launch: {todo}")
    ground.study.status = StudyStatus.OPEN
    ground.study.launched_at = ground.now
    ground.db.flush()
    return unmet


def _images(ground: Ground) -> str | None:
    folder = ground.bundles_dir / ground.study.bundle_id
    sums = read_checksums(folder)
    if sums is None:
        return "the images have no checksums; import the bundle again"
    bundle = load_bundle(ground.bundles_dir, ground.study.bundle_id)
    for stimulus in bundle.stimuli.values():
        path = folder / stimulus.file
        found = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest()
        if found != sums.get(stimulus.file):
            what = "is changed" if found else "is missing"
            return f"{stimulus.file} {what}; import the bundle again"
    return None


def _audit(ground: Ground) -> str | None:
    found = ground.db.get(DesignAudit, ground.study.id)
    if found is None:
        return "no audit was made; upload the study again"
    refusals = found.report["refusals"]
    if isinstance(refusals, list) and refusals:
        return f"{len(refusals)} faults; the first: {refusals[0]}"
    return None


def _plans(ground: Ground) -> str | None:
    found = ground.db.get(DesignAudit, ground.study.id)
    simulated = found.report.get("simulation") if found else None
    n_plans = simulated["n_participants"] if isinstance(simulated, dict) else 0
    if n_plans < AUDITED_PLANS:
        return f"{n_plans} plans were drawn, {AUDITED_PLANS} are needed"
    return None


def _baselines(ground: Ground) -> str | None:
    design, preset = ground.definition.design, ground.definition.preset
    is_ours = preset is None or preset.name == "extrapolation"
    if design.task != "two_alternative" or not is_ours:
        return None
    has_none = design.none_after_slots or design.none_share
    present = {*design.conditions, *(("none",) if has_none else ())}
    missing = [name for name in NEEDED_CONDITIONS if name not in present]
    if not missing:
        return None
    return (
        f"{' and '.join(missing)} missing: without them nobody can tell what an "
        "explanation adds; put them into design.conditions, or set "
        "design.none_after_slots"
    )


def _texts(ground: Ground) -> str | None:
    for language in ground.definition.offered_languages:
        texts = ground.definition.texts.get(language)
        for name in ("consent", "debrief"):
            if not getattr(texts, name, ""):
                return f"texts.{language}.{name} is empty; write it"
    return None


def _outcomes(ground: Ground) -> str | None:
    if ground.definition.recruitment.platform == "open":
        return None
    missing = [
        name.value
        for name in Outcome
        if name.value not in (*WITHOUT_CODE, Outcome.TIMED_OUT)
        and ground.definition.outcome(name.value).code is None
    ]
    platform = PLATFORMS[ground.definition.recruitment.platform]
    if not missing or not platform.knows_codes:
        return None
    return f"no code for {', '.join(missing)}; add [[outcomes]] with a code for each"


def _exclusions(ground: Ground) -> str | None:
    if ground.definition.exclusions:
        return None
    return "no [[exclusions]]; rules made after the data are in convince nobody"


def _pay(ground: Ground) -> str | None:
    recruitment = ground.definition.recruitment
    if recruitment.platform == "open" or recruitment.pay_cents is not None:
        return None
    return "recruitment.pay_cents is not set; people are told it, and costs follow"


def _backup(ground: Ground) -> str | None:
    folder = ground.backups_dir
    if folder is None:
        return "the server makes no backups; run it with --backups DIR"
    made_at = sorted(m for p in list_backups(folder) if (m := moment_of(p)))
    if not made_at or ground.now - made_at[-1] > BACKUP_AGE:
        return f"{folder} has no backup of the last 24 hours"
    usual = made_at[-1] - made_at[-2] if len(made_at) > 1 else timedelta(0)
    if ground.now - made_at[-1] > max(BACKUPS_MISSED * usual, SHORTEST_SILENCE):
        return (
            f"backups have stopped: the newest in {folder} is of "
            f"{made_at[-1]:%Y-%m-%d %H:%M} UTC; see why in the server's log"
        )
    return None


def _disk(ground: Ground) -> str | None:
    n_free = shutil.disk_usage(ground.data_dir).free
    if n_free >= MIN_FREE_BYTES:
        return None
    return f"{n_free / 1e9:.1f} GB are free, {MIN_FREE_BYTES / 1e9:.0f} GB are needed"


def _preview(ground: Ground) -> str | None:
    walked = select(func.count()).where(
        StudySession.study_pk == ground.study.id,
        StudySession.is_preview,
        StudySession.outcome == Outcome.COMPLETED,
    )
    if ground.db.scalars(walked).one():
        return None
    return "nobody has walked through it to the end; open the preview and do"


ITEMS: tuple[tuple[str, str, Callable[[Ground], str | None]], ...] = (
    ("images", "Every image is there, with the right hash", _images),
    ("audit", "The design audit finds no fault", _audit),
    ("plans", f"{AUDITED_PLANS} plans were drawn and keep every law", _plans),
    ("baselines", "There are baselines to compare with", _baselines),
    ("texts", "Consent and debrief in each language", _texts),
    ("codes", "Every end of a session has its code", _outcomes),
    ("exclusions", "Exclusion rules are set", _exclusions),
    ("pay", "Pay and time are stated", _pay),
    ("backup", "Backups are running", _backup),
    ("disk", "Room on the disk", _disk),
    ("preview", "A preview was walked to its end", _preview),
)


def ground_for(
    db: Session,
    study: Study,
    *,
    data_dir: Path,
    bundles_dir: Path,
    backups_dir: Path | None,
    now: datetime,
) -> Ground:
    """What the checklist of a version looks at."""
    return Ground(
        db, study, definition_of(study), data_dir, bundles_dir, backups_dir, now
    )
