"""People who see the first page are counted, and nothing else of them."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from study_server.db import Database
from study_server.models import Stage
from study_server.participant.onlookers import is_person
from study_server.services.landings import Landings, n_landed
from study_server.services.live import LANDED, steps
from tests.study_server.admin.panel import browser_of, database_of, make_panel
from tests.study_server.study_fixture import STUDY_ID

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
GOOGLE = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """A study that nobody has seen."""
    return make_panel(tmp_path)


def test_who_leaves_without_consent_is_the_first_loss_of_the_funnel(app: Flask) -> None:
    """7.1: two browsers, one of which looks twice, and a search engine."""
    for name, n_looks in ((FIREFOX, 2), (FIREFOX, 1), (GOOGLE, 1)):
        browser = app.test_client()
        for _ in range(n_looks):
            browser.get(f"/s/{STUDY_ID}/", headers={"User-Agent": name})

    page = browser_of(app, "viewer").get(f"/admin/studies/{STUDY_ID}/live").text

    cells = '<td class="n">2</td><td class="n">0</td><td class="n">2</td>'
    assert f'<th scope="row">{LANDED}</th>{cells}' in page
    database_of(app).close()


def test_a_count_is_all_that_is_stored(app: Flask) -> None:
    """8.6"""
    app.test_client().get(f"/s/{STUDY_ID}/", headers={"User-Agent": FIREFOX})

    with database_of(app).read() as db:
        rows = db.execute(text("SELECT * FROM landing_count")).all()
    assert [tuple(row) for row in rows] == [(STUDY_ID, 1)]
    database_of(app).close()


@pytest.mark.parametrize(
    ("headers", "is_counted"),
    [
        ({"User-Agent": FIREFOX}, True),
        ({"User-Agent": FIREFOX, "Sec-Fetch-Dest": "document"}, True),
        ({"User-Agent": FIREFOX, "Sec-Fetch-Dest": "empty"}, False),
        ({"User-Agent": FIREFOX, "Sec-Purpose": "prefetch;prerender"}, False),
        ({"User-Agent": GOOGLE}, False),
        ({"User-Agent": "WhatsApp/2.23.20.0"}, False),
        ({"User-Agent": "Slackbot-LinkExpanding 1.0"}, False),
        ({"User-Agent": "curl/8.5.0"}, False),
        ({}, False),
    ],
)
def test_link_previews_and_programs_are_no_people(
    headers: dict[str, str], is_counted: bool
) -> None:
    assert is_person(headers) is is_counted


def test_a_crowd_is_written_once_a_second_and_nobody_is_forgotten(
    database_url: str,
) -> None:
    database, now = Database(database_url), [0.0]
    database.prepare()
    landings = Landings(clock=lambda: now[0])
    found = []
    for moment in (0.0, 0.1, 0.9, 1.0):
        now[0] = moment
        landings.note(database, "demo")
        with database.read() as db:
            found.append(n_landed(db, "demo"))

    assert found == [1, 1, 1, 4]
    database.close()


def test_what_cannot_be_written_waits(database_url: str) -> None:
    database = Database(database_url)
    landings = Landings()
    landings.note(database, "demo")  # there are no tables yet

    database.prepare()
    landings.write(database)

    with database.read() as db:
        assert n_landed(db, "demo") == 1
    database.close()


def test_nobody_consents_without_having_landed() -> None:
    """Sessions from before landings were counted have landed too."""
    first, second = steps([], n_landed=3)[:2]

    assert (first.n_reached, first.n_left) == (3, 3)
    assert second.stage == Stage.DEVICE
