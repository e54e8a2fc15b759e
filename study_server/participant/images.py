"""Pictures, under names drawn for one place of one trial."""

from flask import Response, abort
from flask.typing import ResponseReturnValue

from study_server.current import config, database
from study_server.participant.blueprint import participant
from study_server.participant.secret import shown_secret
from study_server.services.bundles import picture_bytes
from study_server.services.places import OPTION_PLACES
from study_server.services.window import find_picture


@participant.get("/<study_id>/image/<image_id>")
def image(study_id: str, image_id: str) -> ResponseReturnValue:
    """A picture of the asking session's next few trials; anything else is not there.

    No date and no entity tag: both would tell which pictures are the same file.
    """
    with database().read() as db:
        picture = find_picture(db, study_id, token=shown_secret(), image_id=image_id)
    if picture is None:
        abort(404)
    content = picture_bytes(
        config().bundles_dir,
        picture.bundle_id,
        picture.stimulus_id,
        is_option=picture.place in OPTION_PLACES,
    )
    answer = Response(content, content_type="image/png")
    answer.headers["Cache-Control"] = "private, max-age=7200, immutable"
    return answer
