"""What the live page says of a study's worth, blind to its answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from study_server.audit.figures import smallest_difference
from study_server.models import DesignAudit, Outcome, Stage, StudySession
from study_server.services.precision import precision
from study_server.services.studies import get_study
from tests.study_server.admin.panel import browser_of, database_of, make_panel
from tests.study_server.rows import MORNING, add_response, add_session, add_trial
from tests.study_server.study_fixture import STUDY_ID

PLANNED = {
    "n_participants_per_condition": 100,
    "n_features": 40,
    "n_responses_per_condition": 1000,
}
N_SLOTS = 8
PAGE = f"/admin/studies/{STUDY_ID}/live"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """Half of the places are filled by people; one simulated session is done too."""
    exclusions = [{"name": "withdrawn"}, {"name": "catch", "min_correct": 1}]
    app = make_panel(tmp_path, exclusions=exclusions)
    with database_of(app).write() as db:
        study = get_study(db, STUDY_ID)
        report: dict[str, object] = {"precision": PLANNED}
        db.merge(DesignAudit(study_pk=study.id, report=report, made_at=MORNING))
        for slot in range(N_SLOTS // 2 + 1):
            session = add_session(
                db,
                study,
                f"{slot:032}",
                slot_index=slot,
                stage=Stage.COMPLETED,
                outcome=Outcome.COMPLETED,
                is_simulated=slot == N_SLOTS // 2,
            )
            catch = add_trial(db, session, 0, trial_kind="catch")
            add_response(db, catch, choice="left" if slot else "right")
    yield app
    database_of(app).close()


def test_half_of_the_places_find_what_half_of_the_answers_find(app: Flask) -> None:
    """7.5: precision follows from how many took part, not from their answers."""
    with database_of(app).read() as db:
        found = precision(db, get_study(db, STUDY_ID))

    half = smallest_difference(n_participants=50, n_features=40, n_responses=500)
    full = smallest_difference(n_participants=100, n_features=40, n_responses=1000)
    assert found == (half, full)
    assert f"{half:.1f} points" in browser_of(app, "viewer").get(PAGE).text


def test_ratings_and_studies_of_nobody_have_no_precision_yet(app: Flask) -> None:
    with database_of(app).write() as db:
        study = get_study(db, STUDY_ID)
        db.execute(update(StudySession).values(holds_slot=False))
        found = precision(db, study)
        assert found is not None
        assert found.so_far is None

        db.get_one(DesignAudit, study.id).report = {"precision": None}
        assert precision(db, study) is None


def test_each_exclusion_rule_shows_whom_it_would_leave_out(app: Flask) -> None:
    """7.5: counts alone, for everyone who may see the page; simulated ones apart."""
    page = browser_of(app, "viewer").get(PAGE).text

    assert '>withdrawn</th><td>–</td><td class="n">0<' in page
    assert '>catch</th><td>min correct 1</td><td class="n">1<' in page
