"""From two files to a launched study, in the panel."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from study_server.models import AuditEntry, Outcome, StudySession
from study_server.services import drafts, launch
from study_server.services.studies import find_draft, get_study, versions_of
from tests.study_server.admin.conftest import csrf_token, submit
from tests.study_server.admin.panel import browser_of, database_of, make_panel
from tests.study_server.participant.visitor import Visitor
from tests.study_server.study_fixture import (
    STUDY_ID,
    definition_values,
    made_bundle,
)

PAGE = f"/admin/studies/{STUDY_ID}/versions"


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Accounts, and no study; its audit draws few plans."""
    for module in (drafts, launch):
        monkeypatch.setattr(module, "AUDITED_PLANS", 20)
    app = make_panel(tmp_path, has_study=False)
    yield app
    database_of(app).close()


@pytest.fixture
def owner(app: Flask) -> FlaskClient:
    """The owner's browser."""
    return browser_of(app, "owner")


def zipped_bundle() -> bytes:
    bundle, _ = made_bundle(n_features=10)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path in sorted(bundle.folder.rglob("*.*")):
            archive.write(path, f"my-bundle/{path.relative_to(bundle.folder)}")
    return content.getvalue()


def as_toml(values: dict[str, Any]) -> str:
    """Tables, and lists of tables, of plain values."""
    text = ""
    for name, table in values.items():
        for each in table if isinstance(table, list) else [table]:
            text += f"[[{name}]]\n" if isinstance(table, list) else f"[{name}]\n"
            text += "".join(f"{k} = {json.dumps(v)}\n" for k, v in each.items())
    return text


def upload(client: FlaskClient, bundle: bytes | str, **changes: Any) -> int:
    data: dict[str, Any] = {
        "csrf_token": csrf_token(client, "/admin/new-study"),
        "definition": (
            io.BytesIO(as_toml(definition_values(**changes)).encode()),
            "study.toml",
        ),
    }
    if isinstance(bundle, bytes):
        data["bundle"] = (io.BytesIO(bundle), "bundle.zip")
    else:
        data["chosen"] = bundle
    answer = client.post("/admin/new-study", data=data)
    if answer.status_code == 422:
        print(answer.text)
    return answer.status_code


def test_two_files_become_a_study_that_people_take(
    app: Flask, owner: FlaskClient
) -> None:
    """7.4, 7.6: uploaded, audited, previewed, launched; and then taken."""
    assert upload(owner, zipped_bundle()) == 303
    page = owner.get(PAGE).text
    assert "No fault was found" in page
    assert "not-open" in Visitor(app).get().location

    assert submit(owner, f"{PAGE[:-9]}/launch", page=PAGE) == 422  # nobody has looked
    walked = Visitor(app)
    walked.client = owner
    assert submit(owner, f"{PAGE[:-9]}/preview", page=PAGE, language="en") == 303
    walked.check_device()
    walked.read_instructions()
    walked.get("/trial")
    walked.answer_all()
    walked.finish()
    with database_of(app).read() as db:
        (seat,) = db.query(StudySession).all()
        assert (seat.is_preview, seat.holds_slot) == (True, False)
        assert seat.outcome == Outcome.COMPLETED
    waived = {"waive": "backup", "reason": "a test"}
    assert submit(owner, f"{PAGE[:-9]}/launch", page=PAGE, **waived) == 422
    # This small design has no trials without panels: the checklist says so.
    assert "none missing" in owner.get(PAGE).text

    assert (
        upload(
            owner,
            f"{made_bundle(n_features=10)[0].bundle_id}",
            design={"conditions": ["accentuation", "natural", "none", "seed_only"]},
        )
        == 303
    )
    three = ["backup", "preview", "disk"]
    launched = submit(
        owner, f"{PAGE[:-9]}/launch", page=PAGE, waive=three, reason="a test"
    )
    assert launched == 303

    assert Visitor(app).start().status_code == 303
    with database_of(app).read() as db:
        actions = [e.action for e in db.query(AuditEntry).all()]
    assert actions == [
        "bundle.import",
        "draft.make",
        "study.preview",
        "draft.make",
        "study.launch",
    ]


def test_only_owners_launch(app: Flask) -> None:
    editor = browser_of(app, "editor")
    upload(editor, zipped_bundle())

    assert submit(editor, f"{PAGE[:-9]}/launch", page=PAGE) == 403


@pytest.mark.usefixtures("app")
def test_a_new_version_shows_what_it_changes(tmp_path: Path) -> None:
    """7.3"""
    scratch = tmp_path / "other"
    scratch.mkdir()
    app = make_panel(scratch)
    editor = browser_of(app, "editor")
    bundle_id = made_bundle(n_features=10)[0].bundle_id

    assert upload(editor, bundle_id, timing={"panel_min_ms": 8000}) == 303

    page = editor.get(PAGE).text
    assert "timing.panel_min_ms" in page
    assert "<ins>8000</ins>" in page
    with database_of(app).read() as db:
        assert [v.version for v in versions_of(db, STUDY_ID)] == [2, 1]
        assert get_study(db, STUDY_ID).version == 1  # people still take this one
    database_of(app).close()


def test_a_draft_is_replaced_and_not_heaped_up(app: Flask, owner: FlaskClient) -> None:
    upload(owner, zipped_bundle())
    bundle_id = made_bundle(n_features=10)[0].bundle_id
    upload(owner, bundle_id, study={"title": "Another title"})

    with database_of(app).read() as db:
        draft = find_draft(db, STUDY_ID)
        assert draft is not None
        assert (draft.version, draft.title) == (1, "Another title")


def test_a_fault_of_the_definition_is_told_and_nothing_is_stored(
    app: Flask, owner: FlaskClient
) -> None:
    assert upload(owner, zipped_bundle(), study={"n_slots": -1}) == 422

    with database_of(app).read() as db:
        assert versions_of(db, STUDY_ID) == []
