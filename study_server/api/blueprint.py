"""The blueprint that the researchers' API hangs on."""

from flask import Blueprint

api = Blueprint("api", __name__, url_prefix="/api")
