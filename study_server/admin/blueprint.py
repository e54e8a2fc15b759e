"""The blueprint that the researchers' pages hang on."""

from flask import Blueprint

from study_server.current import watch

admin = Blueprint("admin", __name__, url_prefix="/admin")


@admin.context_processor
def tell_of_trouble() -> dict[str, str | None]:
    """Every page of a researcher says why nobody new is let in."""
    return {"trouble": watch().trouble()}
