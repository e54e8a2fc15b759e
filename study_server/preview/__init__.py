"""Walking through a study before anyone takes part: real pages, scratch data."""

from study_server.preview.start_page import preview

__all__ = ["preview"]
