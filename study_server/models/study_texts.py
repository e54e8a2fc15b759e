"""What the pages of one version of a study say in one language."""

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from study_server.models.base import Base


class StudyTexts(Base):
    """The interface's strings, frozen when the version was made."""

    __tablename__ = "study_texts"
    __table_args__ = (UniqueConstraint("study_pk", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_pk: Mapped[int] = mapped_column(ForeignKey("study.id"))
    language: Mapped[str]
    """Language tag."""
    strings: Mapped[dict[str, str]] = mapped_column(JSON)
    """Name in the catalogue to text."""
    consent: Mapped[str]
    """What a participant agrees to in this language."""
    consent_sha256: Mapped[str]
    """Of the consent text; each session stores the one it was shown."""
