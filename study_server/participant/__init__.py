"""Pages and answers for participants."""

from study_server.participant import (
    api,
    device,
    heartbeat,
    images,
    landing,
    openapi,
    outcomes,
    pages,
    reading,
    session_api,
    stopping,
)
from study_server.participant.blueprint import participant

__all__ = [
    "api",
    "device",
    "heartbeat",
    "images",
    "landing",
    "openapi",
    "outcomes",
    "pages",
    "participant",
    "reading",
    "session_api",
    "stopping",
]
