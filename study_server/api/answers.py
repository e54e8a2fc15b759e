"""What the researchers' API answers, described once; its document is made from it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]


class Answered(BaseModel):
    """An answer whose every key is known."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Refused(Answered):
    """Nothing was changed."""

    error: str
    """For programs: `no_token`, `not_allowed`, `no_study`, `bad_choice`, `busy`,
    `refused`."""

    message: str
    """For people who write programs."""


class StudyLine(Answered):
    """One study; numbers of people, simulated participants apart."""

    study_id: str
    """The name in links."""

    title: str

    version: Annotated[int, Field(ge=1)]
    """The newest."""

    status: str
    """Like `open`, `paused`, `closed`."""

    n_running: Count
    """Sessions that have not ended."""

    n_completed: Count

    n_simulated: Count
    """Sessions of simulated participants, in any state."""


class StudyList(Answered):
    """The studies the token is good for."""

    studies: list[StudyLine]


class StudyCounts(Answered):
    """How a study is going: nothing about who was right. Numbers of people alone."""

    study_id: str
    status: str

    stages: dict[str, Count]
    """Running sessions by stage."""

    outcomes: dict[str, Count]
    """Ended sessions by outcome."""

    n_responses: Count

    last_response_at: datetime | None
    """UTC."""
