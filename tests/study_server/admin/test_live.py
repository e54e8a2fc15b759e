"""The live page counts people, and tells nobody who is right."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from study_server.admin.charts import FUNNEL_WIDTH_PX, funnel_rows, time_bars
from study_server.models import Outcome, Stage, StudyStatus, Unblinding
from study_server.services.blinding import is_blind
from study_server.services.live import cells, live, steps
from study_server.services.studies import get_study, set_status
from tests.study_server.admin.conftest import submit
from tests.study_server.admin.panel import browser_of, database_of, make_panel
from tests.study_server.participant.visitor import Visitor
from tests.study_server.rows import MORNING, add_response, add_session, add_trial
from tests.study_server.study_fixture import STUDY_ID

PAGE = f"/admin/studies/{STUDY_ID}/live"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """One has finished, one is at the trials, one was screened out, one simulates."""
    recruitment = {"pay_cents": 350, "platform": "prolific"}
    app = make_panel(tmp_path, recruitment=recruitment)
    with database_of(app).write() as db:
        study = get_study(db, STUDY_ID)
        done = add_session(
            db, study, "d" * 32, stage=Stage.COMPLETED, outcome=Outcome.COMPLETED
        )
        done.completed_at = MORNING + timedelta(minutes=18)
        add_response(db, add_trial(db, done, 0, condition="seed_only"))
        add_session(db, study, "m" * 32, slot_index=1)
        out = add_session(
            db,
            study,
            "o" * 32,
            slot_index=2,
            stage=Stage.COMPREHENSION,
            outcome=Outcome.SCREENED_OUT,
        )
        out.holds_slot = False
        add_session(db, study, "s" * 32, is_simulated=True)
    yield app
    database_of(app).close()


def test_the_funnel_counts_how_far_people_came(app: Flask) -> None:
    """7.1"""
    with database_of(app).read() as db:
        seen = live(db, get_study(db, STUDY_ID), now=MORNING)

    funnel = {step.stage: tuple(step[1:]) for step in seen.steps}
    assert funnel["device"] == (3, 0, 0)
    assert funnel["comprehension"] == (3, 0, 1)
    assert funnel["main"] == (2, 1, 0)
    assert funnel["completed"] == (1, 0, 0)
    assert seen.quotas[0] == ("places", 2, 8)
    assert seen.cost.pay_cents == 350
    assert seen.median_minutes == 18
    assert [(c.n_completed, c.n_running) for c in seen.cells] == [(1, 1)]


def test_who_was_not_heard_of_for_two_minutes_is_listed(app: Flask) -> None:
    """7.1"""
    with database_of(app).read() as db:
        study = get_study(db, STUDY_ID)
        now = MORNING + timedelta(minutes=2, seconds=1)
        assert [s.session_id[0] for s in live(db, study, now=now).stuck] == ["m"]
        assert live(db, study, now=MORNING + timedelta(minutes=2)).stuck == []


def test_an_arrival_is_on_the_page_at_once(app: Flask) -> None:
    """7.1: the page reads the database whenever it is asked."""
    viewer = browser_of(app, "viewer")

    def n_reached(stage: str) -> int:
        found = re.search(rf">{stage}</th><td class=\"n\">(\d+)", viewer.get(PAGE).text)
        assert found
        return int(found[1])

    before = n_reached("device")
    Visitor(app).start("/?PROLIFIC_PID=p1&SESSION_ID=s1")

    assert n_reached("device") == before + 1


def test_nobody_sees_accuracy_while_people_take_part(app: Flask) -> None:
    """7.5"""
    for role in ("viewer", "analyst", "editor", "owner"):
        page = browser_of(app, role).get(PAGE).text
        assert "Accuracy</h3>" not in page
        assert "not shown before the study is closed" in page


@pytest.mark.parametrize("role", ["viewer", "analyst", "editor"])
def test_only_an_owner_looks_early(app: Flask, role: str) -> None:
    """7.5"""
    client = browser_of(app, role)

    path = f"/admin/studies/{STUDY_ID}/unblind"
    assert submit(client, path, page=PAGE, reason="curious") == 403


def test_looking_early_is_kept_with_its_reason(app: Flask) -> None:
    """7.5, 7.13"""
    owner, path = browser_of(app, "owner"), f"/admin/studies/{STUDY_ID}/unblind"

    assert submit(owner, path, page=PAGE, reason=" ") == 422
    assert submit(owner, path, page=PAGE, reason="safety") == 303

    assert "100.0 %" in owner.get(PAGE).text
    with database_of(app).read() as db:
        assert db.get_one(Unblinding, STUDY_ID).reason == "safety"
    log = owner.get("/admin/audit").text
    assert "study.unblind" in log
    assert "safety" in log


def test_a_closed_study_is_not_blind(app: Flask) -> None:
    """7.5"""
    with database_of(app).write() as db:
        study = get_study(db, STUDY_ID)
        assert is_blind(db, study)
        set_status(db, STUDY_ID, StudyStatus.CLOSED)
        assert not is_blind(db, study)

    assert "Accuracy</h3>" in browser_of(app, "viewer").get(PAGE).text


def test_the_page_renews_itself_within_five_seconds_without_a_script(
    app: Flask,
) -> None:
    """7.1"""
    page = browser_of(app, "viewer").get(PAGE).text

    assert '<noscript><meta http-equiv="refresh" content="5"></noscript>' in page


def test_an_empty_study_has_empty_pictures() -> None:
    assert {row.width_px for row in funnel_rows([("device", 0), ("main", 0)])} == {0}
    assert {bar.height_px for bar in time_bars([])} == {0}
    assert steps([])[0].n_reached == 0
    assert cells([]) == []


def test_the_funnel_is_as_wide_as_its_first_stage() -> None:
    first, second = funnel_rows([("device", 8), ("main", 2)])

    assert (first.width_px, first.lost_px) == (FUNNEL_WIDTH_PX, 0)
    assert (second.width_px, second.lost_px) == (
        FUNNEL_WIDTH_PX / 4,
        FUNNEL_WIDTH_PX * 3 / 4,
    )


def test_every_answer_is_in_the_histogram() -> None:
    bars = time_bars([1.0, 200.0, 3_000.0, 3_001.0, 1e9])

    assert sum(bar.n for bar in bars) == 5
    assert (bars[0].n, bars[-1].n) == (2, 1)
