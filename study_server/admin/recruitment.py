"""Sessions and their slots, personal links, and the platform's file against ours."""

from random import SystemRandom

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from study_server.admin.access import note_act, page_of_error
from study_server.admin.blueprint import admin
from study_server.current import config, database, now
from study_server.errors import LinkError, RecruitmentError, SessionNotFoundError
from study_server.models import Study, StudySession
from study_server.recruitment.platform_csv import COLUMNS
from study_server.recruitment.platforms import PLATFORMS
from study_server.recruitment.reconciliation import Finding, Verdict
from study_server.services.leases import release_expired
from study_server.services.links import list_links, make_links, revoke_link
from study_server.services.reconciliation import reconcile_file
from study_server.services.replacement import Act, ask_for_replacement
from study_server.services.studies import definition_of, get_study

Answer = str | Response | tuple[str, int]
MOST_SHOWN = 500
"""Sessions on the page, the newest first; the export has all."""


@admin.get("/studies/<study_id>/sessions")
def sessions(study_id: str) -> str:
    """Every session with its slot; those whose lease ran out have lost it now."""
    with database().write() as db:
        study = get_study(db, study_id)
        release_expired(db, study_id, now=now())
        query = (
            select(StudySession)
            .where(
                StudySession.study_id == study_id,
                StudySession.is_preview.is_(False),
                StudySession.is_simulated.is_(False),
            )
            .order_by(StudySession.created_at.desc())
            .limit(MOST_SHOWN)
        )
        found = db.scalars(query).all()
        return render_template("admin/sessions.html", study=study, sessions=found)


@admin.post("/studies/<study_id>/sessions/<session_id>/<act>")
def free(study_id: str, session_id: str, act: str) -> Answer:
    """Free a slot, with a reason."""
    acts: dict[str, Act] = {"reject": "reject", "return": "return"}
    if act not in acts:
        return page_of_error("There is no such act", "", 404)
    try:
        with database().write() as db:
            ask_for_replacement(
                db,
                study_id,
                session_id,
                acts[act],
                reason=request.form.get("reason", ""),
                freed_at=now(),
            )
            note_act(db, f"session.{act}", study_id=study_id, session=session_id)
    except SessionNotFoundError as error:
        return page_of_error("The slot was not freed", str(error), 422)
    return redirect(url_for("admin.sessions", study_id=study_id), 303)


@admin.get("/studies/<study_id>/links")
def links(study_id: str) -> str:
    """The personal links of a study."""
    with database().read() as db:
        return _links_page(db, get_study(db, study_id))


@admin.post("/studies/<study_id>/links")
def add_links(study_id: str) -> Answer:
    """Make links and show them, this once."""
    label = request.form.get("label", "").strip()[:40] or "P"
    try:
        count, uses = (int(request.form.get(name, "1")) for name in ("count", "uses"))
        with database().write() as db:
            made = make_links(
                db,
                study_id,
                [f"{label}{n:03}" for n in range(1, count + 1)],
                max_uses=uses or None,
                created_at=now(),
                rng=SystemRandom(),
            )
            note_act(db, "links.make", study_id=study_id, n_links=len(made))
            address = request.host_url.rstrip("/")
            return _links_page(
                db,
                get_study(db, study_id),
                made=[(link.label, address + link.path) for link in made],
            )
    except ValueError:
        return page_of_error("No links were made", "Both numbers must be whole.", 422)
    except LinkError as error:
        return page_of_error("No links were made", str(error), 422)


@admin.post("/studies/<study_id>/links/<int:link_id>/revoke")
def end_link(study_id: str, link_id: int) -> Answer:
    """Let nobody else begin by a link."""
    try:
        with database().write() as db:
            revoke_link(db, study_id, link_id, revoked_at=now())
            note_act(db, "links.revoke", study_id=study_id, link=link_id)
    except LinkError as error:
        return page_of_error("There is no such link", str(error), 404)
    return redirect(url_for("admin.links", study_id=study_id), 303)


@admin.get("/studies/<study_id>/reconcile")
def reconcile_form(study_id: str) -> str:
    """The form for the platform's file."""
    with database().read() as db:
        return _reconcile_page(get_study(db, study_id))


@admin.post("/studies/<study_id>/reconcile")
def reconcile(study_id: str) -> Answer:
    """Judge every row of the platform's file; nothing of it is stored."""
    upload = request.files.get("file")
    content = upload.read() if upload is not None else b""
    named = {
        name: given
        for name in COLUMNS
        if (given := request.form.get(name, "").strip()[:100])
    }
    with database().read() as db:
        study = get_study(db, study_id)
        try:
            findings = reconcile_file(
                db, study_id, content, key=config().pseudonym_key(), named=named
            )
        except RecruitmentError as error:
            return _reconcile_page(study, fault=str(error)), 422
    with database().write() as db:
        note_act(db, "study.reconcile", study_id=study_id, n_rows=len(findings))
        return _reconcile_page(study, findings=findings)


def _links_page(
    db: Session, study: Study, *, made: list[tuple[str, str]] | None = None
) -> str:
    return render_template(
        "admin/links.html",
        study=study,
        links=list_links(db, study.study_id),
        made=made or [],
    )


def _reconcile_page(
    study: Study, *, findings: list[Finding] | None = None, fault: str = ""
) -> str:
    counts = {
        verdict: sum(each.verdict == verdict for each in findings or [])
        for verdict in Verdict
    }
    return render_template(
        "admin/reconcile.html",
        study=study,
        platform=PLATFORMS[definition_of(study).recruitment.platform].title,
        columns=COLUMNS,
        findings=findings,
        counts=counts,
        fault=fault,
    )
