"""The blueprint of the participant's pages."""

import hmac
from random import SystemRandom

from flask import Blueprint, abort, request

from study_server.current import config

participant = Blueprint("participant", __name__, url_prefix="/s")


def randomness() -> SystemRandom:
    """Where secrets and ids come from."""
    return SystemRandom()


def is_simulated() -> bool:
    """Whether the request shows the key of our own simulated participants.

    A wrong key is refused: whoever shows one is no person whose answers count.
    """
    shown = request.headers.get("X-Simulation-Key")
    if shown is None:
        return False
    if not hmac.compare_digest(shown.encode(), config().simulation_key().encode()):
        abort(403)
    return True
