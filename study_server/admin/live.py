"""What a study does right now, and the decision to look at accuracy early."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from study_server.admin.access import me, note_act, page_of_error
from study_server.admin.blueprint import admin
from study_server.admin.charts import (
    FUNNEL_WIDTH_PX,
    ROW_STEP_PX,
    SQUARE_PX,
    arrival_bars,
    cell_squares,
    funnel_rows,
    time_bars,
)
from study_server.current import database, landings, now
from study_server.errors import BlindError
from study_server.models import Unblinding
from study_server.services.blinding import accuracy_by_condition, is_blind, unblind
from study_server.services.exclusion_counts import count_exclusions
from study_server.services.live import live
from study_server.services.monitor import arrivals, progress
from study_server.services.precision import precision
from study_server.services.studies import definition_of, get_study


@admin.get("/studies/<study_id>/live")
def live_page(study_id: str) -> str:
    """Counts and pictures; the page renews itself."""
    landings().write(database())
    with database().read() as db:
        study = get_study(db, study_id)
        seen = live(db, study, now=now())
        blind = is_blind(db, study)
        return render_template(
            "admin/live.html",
            study=study,
            live=seen,
            conditions=progress(db, study_id).conditions,
            funnel=funnel_rows([(s.stage, s.n_reached) for s in seen.steps]),
            times=time_bars(seen.times_ms),
            squares=cell_squares(seen.cells),
            arrivals=arrival_bars(arrivals(db, study_id, until=now())),
            sizes=(FUNNEL_WIDTH_PX, ROW_STEP_PX, SQUARE_PX),
            accuracy=None if blind else accuracy_by_condition(db, study),
            exclusions=count_exclusions(db, study_id, definition_of(study).exclusions),
            precision=precision(db, study),
            unblinding=db.get(Unblinding, study_id),
            counted_at=now(),
        )


@admin.post("/studies/<study_id>/unblind")
def unblind_study(study_id: str) -> str | Response | tuple[str, int]:
    """Look at accuracy before the study is closed; the decision is kept."""
    with database().write() as db:
        study = get_study(db, study_id)
        reason = request.form.get("reason", "")
        try:
            decision = unblind(db, study, reason=reason, by=me().name, at=now())
        except BlindError as error:
            return page_of_error("The study stays blind", str(error), 422)
        note_act(db, "study.unblind", study_id=study_id, reason=decision.reason)
    return redirect(url_for("admin.live_page", study_id=study_id), 303)
