"""Pages and answers for participants."""

from study_server.participant import (
    api,
    device,
    images,
    landing,
    outcomes,
    pages,
    reading,
    stopping,
)
from study_server.participant.blueprint import participant

__all__ = [
    "api",
    "device",
    "images",
    "landing",
    "outcomes",
    "pages",
    "participant",
    "reading",
    "stopping",
]
