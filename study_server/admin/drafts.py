"""Drafts: uploading a study, looking at its audit and its changes, launching it."""

import tempfile
from itertools import pairwise
from pathlib import Path

from flask import redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from study_server.admin.access import note_act, page_of_error
from study_server.admin.blueprint import admin
from study_server.bundle import Bundle
from study_server.current import config, database, make_app, now
from study_server.design.definition import StudyDefinition, read_definition
from study_server.errors import (
    BundleError,
    DefinitionError,
    LaunchError,
    SimulationError,
    StudyServerError,
)
from study_server.models import DesignAudit, ImportedBundle, Study
from study_server.services.bundle_upload import unpack_bundle
from study_server.services.bundles import import_bundle, load_bundle
from study_server.services.drafts import (
    INCOMING_FOLDER,
    audit_of,
    differences,
    incoming_bundles,
    make_draft,
)
from study_server.services.launch import (
    MAY_BE_WAIVED,
    Ground,
    checklist,
    ground_for,
    launch,
)
from study_server.services.studies import (
    definition_of,
    find_draft,
    get_study,
    versions_of,
)
from study_server.simulation.dry_run import MAX_SESSIONS, dry_run

Answer = str | Response | tuple[str, int]


@admin.get("/new-study")
def new_study() -> str:
    """The form for study.toml and bundle."""
    return _form()


@admin.post("/new-study")
def create_study() -> Answer:
    """Check both files, audit the design and store a draft; nobody takes part yet."""
    try:
        definition = _definition()
        bundle = _bundle()
        report = audit_of(definition, bundle)
        with database().write() as db:
            study = make_draft(db, definition, bundle, report, created_at=now())
            study_id = study.study_id
            note_act(db, "draft.make", study_id=study_id, version=study.version)
    except StudyServerError as error:
        return _form(fault=str(error)), 422
    return redirect(url_for("admin.versions", study_id=study_id), 303)


@admin.get("/studies/<study_id>/versions")
def versions(study_id: str) -> str:
    """All versions with what each changed, and the draft's way to its launch."""
    with database().read() as db:
        return _versions_page(db, study_id)


@admin.post("/studies/<study_id>/launch")
def launch_draft(study_id: str) -> Answer:
    """Open the draft, if nothing is left to do or may be waived."""
    reason = request.form.get("reason", "").strip()[:500]
    waived = frozenset(request.form.getlist("waive")) & frozenset(MAY_BE_WAIVED)
    with database().write() as db:
        draft = find_draft(db, study_id)
        if draft is None:
            return _no_draft()
        try:
            left = launch(_ground(db, draft), waived=waived, reason=reason)
        except LaunchError as error:
            return _versions_page(db, study_id, fault=str(error)), 422
        note_act(
            db,
            "study.launch",
            study_id=study_id,
            version=draft.version,
            definition=draft.definition_sha256,
            without=", ".join(item.name for item in left),
            reason=reason if left else "",
        )
    return redirect(url_for("admin.study", study_id=study_id), 303)


@admin.post("/studies/<study_id>/dry-run")
def run_dry(study_id: str) -> Answer:
    """Simulated participants in a sandbox; the study's own data are not touched."""
    with database().read() as db:
        study = find_draft(db, study_id) or get_study(db, study_id)
    try:
        n_sessions = int(request.form.get("sessions", "4"))
        bundle = load_bundle(config().bundles_dir, study.bundle_id)
        found = dry_run(
            definition_of(study), bundle, n_sessions=n_sessions, make_app=make_app
        )
    except ValueError:
        return page_of_error("No dry run was made", "Give a whole number.", 422)
    except SimulationError as error:
        return page_of_error("The dry run failed", str(error), 422)
    with database().write() as db:
        note_act(db, "study.dry_run", study_id=study_id, n_sessions=n_sessions)
    return render_template("admin/dry_run.html", study=study, found=found)


def _definition() -> StudyDefinition:
    upload = request.files.get("definition")
    if upload is None or not upload.filename:
        raise DefinitionError("choose a study.toml")
    with tempfile.TemporaryDirectory(prefix="definition-") as scratch:
        path = Path(scratch) / "study.toml"
        upload.save(path)
        try:
            return read_definition(path)
        except DefinitionError as error:
            message = str(error).replace(str(path), "study.toml")
            raise DefinitionError(message) from error


def _bundle() -> Bundle:
    """The bundle uploaded, waiting in the incoming folder, or imported before."""
    upload = request.files.get("bundle")
    if upload is not None and upload.filename:
        config().bundles_dir.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=config().data_dir, prefix=".up-") as place:
            folder = unpack_bundle(upload.stream, Path(place) / "bundle")
            return _take_in(folder)
    chosen = request.form.get("chosen", "")
    if chosen in incoming_bundles(config().data_dir):
        return _take_in(config().data_dir / INCOMING_FOLDER / chosen)
    with database().read() as db:
        if db.get(ImportedBundle, chosen) is None:
            raise BundleError("choose a bundle: a zip, or one that is here already")
    return load_bundle(config().bundles_dir, chosen)


def _take_in(folder: Path) -> Bundle:
    with database().write() as db:
        row = import_bundle(
            db, folder, bundles_dir=config().bundles_dir, imported_at=now()
        )
        note_act(db, "bundle.import", bundle=row.bundle_id)
        bundle_id = row.bundle_id
    return load_bundle(config().bundles_dir, bundle_id)


def _form(*, fault: str = "") -> str:
    with database().read() as db:
        query = select(ImportedBundle.bundle_id).order_by(ImportedBundle.bundle_id)
        imported = db.scalars(query).all()
    return render_template(
        "admin/new_study.html",
        imported=imported,
        incoming=incoming_bundles(config().data_dir),
        fault=fault,
    )


def _versions_page(db: Session, study_id: str, *, fault: str = "") -> str:
    study = get_study(db, study_id)
    every = versions_of(db, study_id)
    draft = next((each for each in every if each.launched_at is None), None)
    audit = db.get(DesignAudit, (draft or study).id)
    return render_template(
        "admin/versions.html",
        study=study,
        versions=every,
        changes={
            newer.version: differences(older, newer) for newer, older in pairwise(every)
        },
        draft=draft,
        audit=audit.report if audit else None,
        checklist=checklist(_ground(db, draft)) if draft else [],
        waivable=MAY_BE_WAIVED,
        most_sessions=MAX_SESSIONS,
        fault=fault,
    )


def _ground(db: Session, draft: Study) -> Ground:
    return ground_for(
        db,
        draft,
        data_dir=config().data_dir,
        bundles_dir=config().bundles_dir,
        backups_dir=config().backups_dir,
        now=now(),
    )


def _no_draft() -> tuple[str, int]:
    return page_of_error("There is no draft", "Upload a study first.", 404)
