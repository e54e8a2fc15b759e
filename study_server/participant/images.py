"""Pictures, under names drawn for one place of one trial."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from study_server.participant.blueprint import config, database, participant
from study_server.participant.sitting import find_sitting, study_of
from study_server.services.progress import find_stimulus


@participant.get("/<study_id>/image/<image_id>")
def image(study_id: str, image_id: str) -> ResponseReturnValue:
    """A picture of the asking session's own plan; anything else is not there.

    No date and no entity tag: both would tell which pictures are the same file.
    """
    with database().read() as db:
        session = find_sitting(db, study_id)
        if session is None:
            abort(404)
        stimulus_id = find_stimulus(db, session, image_id)
        bundle_id = study_of(db, session).bundle_id
    if stimulus_id is None:
        abort(404)
    folder = config().bundles_dir / bundle_id / "images"
    answer = Response((folder / f"{stimulus_id}.png").read_bytes())
    answer.content_type = "image/png"
    answer.headers["Cache-Control"] = "private, max-age=7200, immutable"
    return answer
