"""Tokens for programs: made, shown once, listed and revoked."""

from flask import redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from study_server.admin.access import me, note_act, page_of_error
from study_server.admin.blueprint import admin
from study_server.current import database, now
from study_server.errors import StudyNotFoundError, TokenError
from study_server.models import Scope
from study_server.services.api_tokens import (
    DEFAULT_DAYS,
    NewToken,
    create_token,
    list_tokens,
    revoke_token,
    state_of,
)
from study_server.services.studies import list_studies

Answer = str | Response | tuple[str, int]


@admin.get("/tokens")
def tokens() -> str:
    """All tokens; their secrets are known to nobody."""
    with database().read() as db:
        return _page(db)


@admin.post("/tokens")
def add_token() -> Answer:
    """Make a token and show it, this once."""
    study_id = request.form.get("study_id", "") or None
    try:
        scopes = [Scope(scope) for scope in request.form.get("scopes", "").split()]
        days = int(request.form.get("days", str(DEFAULT_DAYS)))
    except ValueError:
        return page_of_error("No token was made", "Scope or days are no choice.", 422)
    try:
        with database().write() as db:
            made = create_token(
                db,
                label=request.form.get("label", ""),
                study_id=study_id,
                scopes=scopes,
                created_by=me().name,
                created_at=now(),
                days=days,
            )
            note_act(
                db,
                "token.create",
                study_id=study_id,
                token=made.token.id,
                label=made.token.label,
                scopes=made.token.scopes,
                days=days,
            )
            return _page(db, made=made)
    except (TokenError, StudyNotFoundError) as error:
        return page_of_error("No token was made", str(error), 422)


@admin.post("/tokens/<int:token_id>/revoke")
def end_token(token_id: int) -> Answer:
    """Make a token useless."""
    try:
        with database().write() as db:
            token = revoke_token(db, token_id, revoked_at=now())
            note_act(db, "token.revoke", study_id=token.study_id, token=token.id)
    except TokenError as error:
        return page_of_error("There is no such token", str(error), 404)
    return redirect(url_for("admin.tokens"), 303)


def _page(db: Session, *, made: NewToken | None = None) -> str:
    at = now()
    return render_template(
        "admin/tokens.html",
        tokens=[(token, state_of(token, at=at)) for token in list_tokens(db)],
        studies=list_studies(db),
        days=DEFAULT_DAYS,
        made=made,
    )
