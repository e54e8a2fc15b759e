"""Pages and answers for participants."""

from study_server.participant import api, images, pages, stopping
from study_server.participant.blueprint import participant

__all__ = ["api", "images", "pages", "participant", "stopping"]
