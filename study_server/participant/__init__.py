"""Pages and answers for participants."""

from flask import Blueprint

participant = Blueprint("participant", __name__, url_prefix="/s")
