"""The researchers' pages under /admin: parse, one service, answer."""

from study_server.admin import (
    access,
    accounts,
    audit,
    downloads,
    drafts,
    live,
    recruitment,
    second_factor,
    setup,
    studies,
    tokens,
)
from study_server.admin.blueprint import admin

__all__ = [
    "access",
    "accounts",
    "admin",
    "audit",
    "downloads",
    "drafts",
    "live",
    "recruitment",
    "second_factor",
    "setup",
    "studies",
    "tokens",
]
