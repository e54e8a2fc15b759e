"""Everyone who may knock at a door: one study, two participants, four roles."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.routing import Rule

from study_server.models import Appearance, FailedLogin, StudySession, Trial
from tests.study_server.admin.panel import browser_of, database_of, make_panel
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import STUDY_ID

KINDS = ("anonymous", "A", "B", "viewer", "analyst", "editor", "owner")
METHODS = ("GET", "POST")

HARMLESS = {
    "act": "nothing",
    "new_status": "nothing",
    "token": "nothing",
    "link_id": 999_999,
    "researcher_id": 999_999,
    "filename": "icon.svg",
    "stimulus_id": "0" * 32,
}
"""Values of addresses under which nothing is changed."""

THAT_LOG_OUT = ("admin.logout", "admin.end_other_logins")

ENDINGS = {(method, "participant.technical_problem") for method in METHODS}

BODIES: Mapping[str, Mapping[str, str]] = {
    "admin.run_dry": {"sessions": "none"},
    "admin.add_links": {"count": "none"},
}


class House:
    """The application with everyone in it."""

    def __init__(self, scratch: Path) -> None:
        self.app: Flask = make_panel(scratch)
        self.app.config["WTF_CSRF_METHODS"] = set()  # doors, not forms, are tried
        self.researchers: dict[str, FlaskClient] = {}
        self.participants = {name: self._participant() for name in "AB"}
        self.values = {"study_id": STUDY_ID, **HARMLESS, **self._things_of_a()}

    def knock(self, kind: str, rule: Rule, method: str) -> int:
        """The status that somebody gets at a door."""
        if rule.endpoint == "admin.log_in":
            with database_of(self.app).write() as db:
                db.execute(delete(FailedLogin))
        values: dict[str, Any] = {name: self.values[name] for name in rule.arguments}
        with self.app.test_request_context():
            path = self.app.url_for(rule.endpoint, **values)
        body = BODIES.get(rule.endpoint, {})
        client = self.client_of(kind)
        send: Callable[..., Any] = client.get if method == "GET" else client.post
        answer = send(path) if method == "GET" else send(path, data=dict(body))
        status: int = answer.status_code
        answer.close()
        if rule.endpoint in THAT_LOG_OUT:
            self.researchers.pop(kind, None)
        return status

    def client_of(self, kind: str) -> FlaskClient:
        """A browser as they have it."""
        if kind == "anonymous":
            return self.app.test_client()
        if kind in self.participants:
            client = self.app.test_client()
            client.set_cookie("participant", self.participants[kind], path="/")
            return client
        if kind not in self.researchers:
            self.researchers[kind] = browser_of(self.app, kind)
        return self.researchers[kind]

    def _participant(self) -> str:
        """Somebody at the first trial; the secret of their cookie."""
        visitor = Visitor(self.app)
        visitor.begin()
        visitor.trial()
        cookie = visitor.client.get_cookie("participant", path=visitor.base)
        assert cookie is not None
        return cookie.value

    def _things_of_a(self) -> dict[str, str]:
        """Ids that belong to participant A alone."""
        with database_of(self.app).read() as db:
            first = select(StudySession).order_by(StudySession.slot_index).limit(1)
            session = db.scalars(first).one()
            shown = (
                select(Appearance.image_id)
                .join(Trial)
                .where(Trial.session_id == session.session_id)
                .order_by(Trial.presentation_index)
                .limit(1)
            )
            return {
                "session_id": session.session_id,
                "image_id": db.scalars(shown).one(),
            }


def doors(app: Flask) -> list[tuple[Rule, str]]:
    """Every route and method of the application, those that end a session last."""
    return sorted(
        (
            (rule, method)
            for rule in app.url_map.iter_rules()
            for method in METHODS
            if method in (rule.methods or ())
        ),
        key=lambda door: (
            (door[1], door[0].endpoint) in ENDINGS,
            door[0].endpoint,
            door[1],
        ),
    )
