"""The researchers' pages under /admin: parse, one service, answer."""

from study_server.admin import access, accounts, downloads, recruitment, studies
from study_server.admin.blueprint import admin

__all__ = ["access", "accounts", "admin", "downloads", "recruitment", "studies"]
