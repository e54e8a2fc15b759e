"""The log of what researchers did, to read."""

from flask import render_template, request

from study_server.admin.blueprint import admin
from study_server.current import database
from study_server.services.audit_log import newest_entries, verify_log

ENTRIES_PER_PAGE = 100


@admin.get("/audit")
def audit_log() -> str:
    """The newest entries, and whether the chain is whole."""
    before = request.args.get("before", type=int)
    study_id = request.args.get("study", "")[:80] or None
    with database().read() as db:
        entries = newest_entries(
            db, limit=ENTRIES_PER_PAGE, before=before, study_id=study_id
        )
        return render_template(
            "admin/audit.html",
            entries=entries,
            verification=verify_log(db),
            study_id=study_id,
            has_more=len(entries) == ENTRIES_PER_PAGE,
        )
