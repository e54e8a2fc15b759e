"""The researchers' pages under /admin: parse, one service, answer."""

from study_server.admin import (
    access,
    accounts,
    audit,
    bonuses,
    downloads,
    drafts,
    live,
    participants,
    recruitment,
    second_factor,
    setup,
    stimuli,
    studies,
)
from study_server.admin.blueprint import admin

__all__ = [
    "access",
    "accounts",
    "admin",
    "audit",
    "bonuses",
    "downloads",
    "drafts",
    "live",
    "participants",
    "recruitment",
    "second_factor",
    "setup",
    "stimuli",
    "studies",
]
