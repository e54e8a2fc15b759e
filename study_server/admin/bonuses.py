"""Bonuses: proposed by one, confirmed by another."""

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from study_server.admin.access import me, note_act
from study_server.admin.blueprint import admin
from study_server.current import database, now
from study_server.errors import BonusError
from study_server.services.bonuses import (
    Limits,
    bonus_csv,
    confirm,
    list_bonuses,
    propose,
    read_lines,
)
from study_server.services.studies import definition_of, get_study

Answer = str | AnyResponse | tuple[str, int]


@admin.get("/studies/<study_id>/bonuses")
def bonuses(study_id: str) -> str:
    """What was proposed and what was confirmed."""
    return _page(study_id)


@admin.post("/studies/<study_id>/bonuses")
def propose_bonuses(study_id: str) -> Answer:
    """Write proposals down; nothing is paid before somebody else confirms."""
    form = request.form
    try:
        lines = read_lines(form.get("rows", ""))
        limits = Limits(_cents("per_person"), _cents("total"))
        with database().write() as db:
            get_study(db, study_id)
            made = propose(
                db,
                study_id,
                lines,
                reason=form.get("reason", ""),
                limits=limits,
                by=me().name,
                at=now(),
            )
            total = sum(each.amount_cents for each in made)
            note_act(
                db, "bonus.propose", study_id=study_id, n=len(made), total_cents=total
            )
    except BonusError as error:
        return _page(study_id, fault=str(error)), 422
    return redirect(url_for("admin.bonuses", study_id=study_id), 303)


@admin.post("/studies/<study_id>/bonuses/confirm")
def confirm_bonuses(study_id: str) -> Answer:
    """Confirm what somebody else has proposed."""
    try:
        with database().write() as db:
            get_study(db, study_id)
            done = confirm(db, study_id, by=me().name, at=now())
            note_act(db, "bonus.confirm", study_id=study_id, n=len(done))
    except BonusError as error:
        return _page(study_id, fault=str(error)), 422
    return redirect(url_for("admin.bonuses", study_id=study_id), 303)


@admin.get("/studies/<study_id>/bonuses.csv")
def bonus_file(study_id: str) -> Response:
    """Confirmed bonuses, for the platform."""
    with database().write() as db:
        get_study(db, study_id)
        content = bonus_csv(db, study_id)
        note_act(db, "bonus.download", study_id=study_id)
    name = f'attachment; filename="{study_id}-bonuses.csv"'
    headers = {"Content-Disposition": name}
    return Response(content, mimetype="text/csv", headers=headers)


def _cents(name: str) -> int:
    try:
        return round(float(request.form.get(name, "")) * 100)
    except (ValueError, OverflowError) as error:
        raise BonusError(f"the limit {name.replace('_', ' ')} is no number") from error


def _page(study_id: str, *, fault: str = "") -> str:
    with database().read() as db:
        study = get_study(db, study_id)
        found = list_bonuses(db, study_id)
        return render_template(
            "admin/bonuses.html",
            study=study,
            currency=definition_of(study).recruitment.currency,
            bonuses=found,
            can_confirm=any(
                b.confirmed_at is None and b.proposed_by != me().name for b in found
            ),
            given=request.form,
            fault=fault,
        )
