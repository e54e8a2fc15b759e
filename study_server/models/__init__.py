"""The tables, one noun per file."""

from study_server.models.base import Base, UtcDateTime
from study_server.models.bundle import ImportedBundle
from study_server.models.not_shown import NotShown
from study_server.models.page_event import PageEvent
from study_server.models.researcher import Researcher
from study_server.models.response import Response, ResponseConflict
from study_server.models.study import Study, StudyStatus
from study_server.models.study_session import Outcome, Stage, StudySession
from study_server.models.trial import Appearance, Trial, TrialKind

__all__ = [
    "Appearance",
    "Base",
    "ImportedBundle",
    "NotShown",
    "Outcome",
    "PageEvent",
    "Researcher",
    "Response",
    "ResponseConflict",
    "Stage",
    "Study",
    "StudySession",
    "StudyStatus",
    "Trial",
    "TrialKind",
    "UtcDateTime",
]
