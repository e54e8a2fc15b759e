"""The researchers' JSON API under /api: a token in a header, no cookie."""

from study_server.api import access, exports, reference, studies
from study_server.api.blueprint import api

__all__ = ["access", "api", "exports", "reference", "studies"]
