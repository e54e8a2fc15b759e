"""`[study]`: what the study is and how many take part. Pure."""

from typing import Annotated

from pydantic import Field

from study_server.design.parts.base import LanguageTag, Part, Text


class StudyPart(Part):
    """What the study is and how many take part."""

    study_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    """The name in links: lower-case letters, digits and hyphens."""

    title: Text
    """For participants, in the study's own language."""

    language: LanguageTag = "en"
    """Shown to whoever asks for none of the offered ones."""

    rng_seed: Annotated[int, Field(ge=0)]
    """From it every participant's plan is drawn."""

    n_slots: Annotated[int, Field(ge=1, le=100_000)]
    """Participants wanted, those of a group without panels not counted; a multiple of
    the number of conditions fills all lists."""

    estimated_minutes: Annotated[int, Field(ge=1, le=100_000)]
    """Told to participants beforehand."""

    contact: Text
    """Whom participants can write to."""

    completion_code: Text | None = None
    """Shown once everything is stored, and never before. None: the outcome `completed`
    has it."""
