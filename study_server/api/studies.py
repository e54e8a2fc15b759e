"""What studies there are and how one is going."""

from flask import Response, jsonify

from study_server.api.access import current_token
from study_server.api.answers import StudyCounts, StudyLine, StudyList
from study_server.api.blueprint import api
from study_server.current import database
from study_server.services.monitor import StudyOverview, list_studies, progress
from study_server.services.studies import get_study


@api.get("/studies")
def studies() -> Response:
    """The studies the token is good for."""
    only = current_token().study_id
    with database().read() as db:
        lines = [
            _line(overview)
            for overview in list_studies(db)
            if only in (None, overview.study.study_id)
        ]
    return jsonify(StudyList(studies=lines).model_dump(mode="json"))


@api.get("/studies/<study_id>")
def study(study_id: str) -> Response:
    """How one study is going."""
    with database().read() as db:
        found = get_study(db, study_id)
        counts = progress(db, study_id)
    answer = StudyCounts(
        study_id=study_id,
        status=found.status,
        stages={count.name: count.real for count in counts.stages},
        outcomes={count.name: count.real for count in counts.outcomes},
        n_responses=counts.responses.real,
        last_response_at=counts.last_response_at,
    )
    return jsonify(answer.model_dump(mode="json"))


def _line(overview: StudyOverview) -> StudyLine:
    study = overview.study
    return StudyLine(
        study_id=study.study_id,
        title=study.title,
        version=study.version,
        status=study.status,
        n_running=overview.n_running,
        n_completed=overview.n_completed,
        n_simulated=overview.n_simulated,
    )
