"""The tables, one noun per file."""

from study_server.models.api_token import ApiToken, Scope
from study_server.models.audit_entry import AuditEntry
from study_server.models.automatic_pause import AutomaticPause
from study_server.models.base import Base, UtcDateTime
from study_server.models.bundle import ImportedBundle
from study_server.models.failed_login import FailedLogin
from study_server.models.landing_count import LandingCount
from study_server.models.not_shown import NotShown
from study_server.models.page_event import PageEvent
from study_server.models.panel import Bonus, DesignAudit, Erasure, Unblinding
from study_server.models.recruitment import (
    PersonalLink,
    PlatformIdentity,
    SessionToken,
    WebhookEvent,
)
from study_server.models.researcher import (
    Login,
    RecoveryCode,
    Researcher,
    Role,
    SetupLink,
)
from study_server.models.response import (
    Origin,
    Response,
    ResponseConflict,
    ResponseRejected,
)
from study_server.models.session_record import (
    Answer,
    ComprehensionAttempt,
    PageVisit,
)
from study_server.models.slot import Slot
from study_server.models.start_request import StartRequest
from study_server.models.study import Study, StudyStatus
from study_server.models.study_session import (
    FreedBy,
    Outcome,
    OutcomeReason,
    Stage,
    StudySession,
)
from study_server.models.study_texts import StudyTexts
from study_server.models.trial import Appearance, Trial, TrialKind

__all__ = [
    "Answer",
    "ApiToken",
    "Appearance",
    "AuditEntry",
    "AutomaticPause",
    "Base",
    "Bonus",
    "ComprehensionAttempt",
    "DesignAudit",
    "Erasure",
    "FailedLogin",
    "FreedBy",
    "ImportedBundle",
    "LandingCount",
    "Login",
    "NotShown",
    "Origin",
    "Outcome",
    "OutcomeReason",
    "PageEvent",
    "PageVisit",
    "PersonalLink",
    "PlatformIdentity",
    "RecoveryCode",
    "Researcher",
    "Response",
    "ResponseConflict",
    "ResponseRejected",
    "Role",
    "Scope",
    "SessionToken",
    "SetupLink",
    "Slot",
    "Stage",
    "StartRequest",
    "Study",
    "StudySession",
    "StudyStatus",
    "StudyTexts",
    "Trial",
    "TrialKind",
    "Unblinding",
    "UtcDateTime",
    "WebhookEvent",
]
