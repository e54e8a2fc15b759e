"""Walking through a study before anyone takes part: real pages that count nowhere."""

from study_server.preview import panel
from study_server.preview.start_page import preview

__all__ = ["panel", "preview"]
