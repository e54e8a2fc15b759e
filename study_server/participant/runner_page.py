"""What the page of the trial runner is made of: its scripts and its layout."""

from functools import cache
from pathlib import Path
from typing import Any

from study_server.current import config
from study_server.design.definition import StudyDefinition
from study_server.models import StudySession
from study_server.services.display import display_of
from study_server.services.outbox_key import outbox_key

SCRIPTS = Path(__file__).parents[1] / "static" / "trial"


def runner_values(definition: StudyDefinition, session: StudySession) -> dict[str, Any]:
    """The variables of `trial.html`, the study's own apart."""
    return {
        "display": display_of(definition),
        "runner_modules": script_names(),
        "outbox_key": outbox_key(session, config().secret_key()),
    }


@cache
def script_names() -> tuple[str, ...]:
    """All scripts of the runner, so that a browser asks for them at once."""
    return tuple(sorted(path.name for path in SCRIPTS.glob("*.js")))
