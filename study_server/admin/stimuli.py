"""Looking through the bundle of a study."""

import re

from flask import Response, abort, render_template, request

from study_server.admin.blueprint import admin
from study_server.bundle import STIMULUS_ID
from study_server.current import config, database
from study_server.services.browsing import feature_page, studied_features
from study_server.services.bundles import load_bundle, picture_bytes
from study_server.services.studies import definition_of, find_draft, get_study

MOST_NAMED = 500


@admin.get("/studies/<study_id>/stimuli")
def stimuli(study_id: str) -> str:
    """The features of a study, and one of them with all its images."""
    with database().read() as db:
        study = find_draft(db, study_id) or get_study(db, study_id)
    definition = definition_of(study)
    bundle = load_bundle(config().bundles_dir, study.bundle_id)
    features = studied_features(definition, bundle)[:MOST_NAMED]
    asked = request.args.get("feature", features[0].feature_id if features else "")
    page = feature_page(definition, bundle, asked)
    if page is None:
        abort(404, "The bundle has no such feature.")
    return render_template(
        "admin/stimuli.html", study=study, features=features, page=page
    )


@admin.get("/studies/<study_id>/stimuli/<stimulus_id>.png")
def stimulus(study_id: str, stimulus_id: str) -> Response:
    """One image, under its name in the bundle: for researchers alone."""
    with database().read() as db:
        study = find_draft(db, study_id) or get_study(db, study_id)
    if not re.fullmatch(STIMULUS_ID, stimulus_id):
        abort(404)
    bundle = load_bundle(config().bundles_dir, study.bundle_id)
    if stimulus_id not in bundle.stimuli:
        abort(404)
    content = picture_bytes(
        config().bundles_dir, study.bundle_id, stimulus_id, is_option=False
    )
    return Response(content, content_type="image/png")
