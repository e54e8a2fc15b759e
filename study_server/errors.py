"""What can go wrong on the server, for researchers to read. No Flask."""

from typing import Any


class StudyServerError(Exception):
    """Base of every error a researcher can act on."""


class BundleError(StudyServerError):
    """A stimulus bundle is damaged or does not fit the study."""


class DefinitionError(StudyServerError, ValueError):
    """A study definition is malformed or asks for what cannot be."""


class StudyNotFoundError(StudyServerError):
    """There is no study of that name."""


class StudyStatusError(StudyServerError):
    """The study cannot be opened, paused, closed or replaced as it stands."""


class LaunchError(StudyServerError):
    """A draft is not ready to be launched."""


class NotOpenError(StudyServerError):
    """The study takes no new participants now."""


class NotNowError(NotOpenError):
    """Nobody is let in as long as nothing can be stored; it may pass by itself."""


class LinkError(StudyServerError):
    """A personal link is not valid, or cannot be made."""


class RecruitmentError(StudyServerError):
    """A platform, its files or its messages are not as expected."""


class AlreadyTookPartError(StudyServerError):
    """The person has a session already that does not go on here."""

    def __init__(self, session: Any) -> None:
        super().__init__(f"took part already, in study {session.study_id!r}")
        self.session = session


class SessionNotFoundError(StudyServerError):
    """There is no such session, or nothing can be done to it."""


class TrialNotFoundError(StudyServerError):
    """The session has no such trial."""


class ResponseRefusedError(StudyServerError):
    """A response is malformed or answers something that was not asked."""


class AccountError(StudyServerError):
    """A researcher's account or password is not acceptable."""


class ExportError(StudyServerError):
    """An export cannot be written."""


class ExportBusyError(ExportError):
    """As many exports as a server makes at a time are being made."""


class TokenError(StudyServerError):
    """A token for programs cannot be made, or is not there."""


class SimulationError(StudyServerError):
    """Simulated participants cannot take the study."""


class AuditError(StudyServerError):
    """A study must not be launched as it is."""


class DatabaseError(StudyServerError):
    """The database cannot be reached, or must not be used as it is."""


class SchemaError(DatabaseError):
    """The database's tables are not those of this version."""


class BackupError(StudyServerError):
    """A backup cannot be made, or is not to be trusted."""


class VerificationError(StudyServerError):
    """Stored responses are not as they were stored."""


class RecoveryError(StudyServerError):
    """A participant's file of answers cannot be imported."""


class BlindError(StudyServerError):
    """Researchers are not to see that yet."""


class ErasureError(StudyServerError):
    """A participant cannot be erased as asked."""


class BonusError(StudyServerError):
    """A bonus cannot be proposed or confirmed."""
