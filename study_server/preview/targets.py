"""Where a preview can begin: each stage and each end of a session. Pure."""

from typing import NamedTuple

from study_server.design.definition import StudyDefinition
from study_server.models import Outcome, OutcomeReason, Stage


class Target(NamedTuple):
    """A place in the script to jump to."""

    name: str
    words: str
    stage: Stage
    """Where the session stands."""

    outcome: Outcome | None = None
    """How it ended; None: it goes on."""

    reason: OutcomeReason | None = None


STAGES = (
    Target("consent", "First page and consent", Stage.CONSENT),
    Target("device", "Device check", Stage.DEVICE),
    Target("screening", "Questions before the instructions", Stage.SCREENING),
    Target("instructions", "Instructions", Stage.INSTRUCTIONS),
    Target("comprehension", "Questions on the instructions", Stage.COMPREHENSION),
    Target("practice", "Practice", Stage.PRACTICE),
    Target("main", "First trial that counts, of the condition chosen", Stage.MAIN),
    Target("break", "Break between two blocks", Stage.MAIN),
    Target("questions", "Last questions", Stage.DEBRIEF),
)
ENDS = (
    Target("completed", "Completed", Stage.DEBRIEF, Outcome.COMPLETED),
    Target(
        "screened_out_device",
        "Screened out: device",
        Stage.DEVICE,
        Outcome.SCREENED_OUT,
        OutcomeReason.DEVICE,
    ),
    Target(
        "screened_out_comprehension",
        "Screened out: questions on the instructions",
        Stage.COMPREHENSION,
        Outcome.SCREENED_OUT,
        OutcomeReason.COMPREHENSION,
    ),
    Target(
        "screened_out_practice",
        "Screened out: practice",
        Stage.PRACTICE,
        Outcome.SCREENED_OUT,
        OutcomeReason.PRACTICE,
    ),
    Target(
        "withdrawn",
        "Stopped, answers kept",
        Stage.MAIN,
        Outcome.WITHDRAWN,
        OutcomeReason.KEEP,
    ),
    Target(
        "timed_out",
        "Away for too long",
        Stage.MAIN,
        Outcome.TIMED_OUT,
        OutcomeReason.ABSENCE,
    ),
    Target(
        "technical_problem", "Technical problem", Stage.MAIN, Outcome.TECHNICAL_PROBLEM
    ),
    Target("no_consent", "Declined", Stage.CONSENT, Outcome.NO_CONSENT),
    Target("not_open", "Full, paused or closed", Stage.CONSENT, Outcome.NOT_OPEN),
    Target(
        "already_took_part",
        "Came a second time",
        Stage.DEBRIEF,
        Outcome.ALREADY_TOOK_PART,
    ),
)
TARGETS = {target.name: target for target in (*STAGES, *ENDS)}


def stages_of(definition: StudyDefinition) -> list[Target]:
    """The stages that this study has."""
    absent = set()
    if not any(question.stage == "screening" for question in definition.questions):
        absent.add(Stage.SCREENING)
    if definition.comprehension.n_items == 0:
        absent.add(Stage.COMPREHENSION)
    return [target for target in STAGES if target.stage not in absent]
