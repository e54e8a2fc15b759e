"""Whether outcomes, their codes and the platform's rules fit together. Pure."""

from collections.abc import Iterator

from study_server.design.faults import Fault
from study_server.design.parts.base import repeated
from study_server.design.parts.display import TimingPart
from study_server.design.parts.outcomes import OutcomePart
from study_server.design.parts.recruitment import RecruitmentPart
from study_server.design.parts.study import StudyPart
from study_server.recruitment.platforms import PLATFORMS
from study_server.recruitment.returning import PLACEHOLDERS, unknown_placeholders

Faults = Iterator[Fault]


def outcome_faults(study: StudyPart, outcomes: tuple[OutcomePart, ...]) -> Faults:
    """Each outcome once, and exactly one code of completion."""
    for name in repeated([outcome.name for outcome in outcomes]):
        yield Fault(("outcomes",), f"{name!r} is named twice; take one of them out")
    codes = {study.completion_code} | {
        outcome.code for outcome in outcomes if outcome.name == "completed"
    }
    if codes <= {None}:
        yield Fault(
            ("study", "completion_code"),
            "is missing, and no outcome 'completed' has a code either; add it to one",
        )
    elif len(codes - {None}) > 1:
        yield Fault(
            ("study", "completion_code"),
            f"is {study.completion_code!r}, but the outcome 'completed' has another "
            "code; give one of them",
        )


def platform_faults(
    recruitment: RecruitmentPart, study: StudyPart, outcomes: tuple[OutcomePart, ...]
) -> Faults:
    """Addresses, actions and codes as the platform takes them."""
    for number, outcome in enumerate(outcomes):
        unknown = unknown_placeholders(outcome.return_url or "")
        if unknown:
            yield Fault(
                ("outcomes", number, "return_url"),
                f"has {', '.join(unknown)}; it may have {', '.join(PLACEHOLDERS)}",
            )
    yield from _actions(recruitment, outcomes)
    if not PLATFORMS[recruitment.platform].knows_codes:
        return
    first: dict[str, str] = {}
    if study.completion_code is not None:
        first[study.completion_code] = "completed"
    for number, outcome in enumerate(outcomes):
        other = first.setdefault(outcome.code, outcome.name) if outcome.code else None
        if other not in (None, outcome.name):
            yield Fault(
                ("outcomes", number, "code"),
                f"{outcome.code!r} is also the code of {other!r}; the platform tells "
                "outcomes apart by their codes, so give each its own",
            )


def _actions(recruitment: RecruitmentPart, outcomes: tuple[OutcomePart, ...]) -> Faults:
    paying = 0
    for number, outcome in enumerate(outcomes):
        place = ("outcomes", number, "actions")
        names = [each.action for each in outcome.actions]
        if names and recruitment.platform != "prolific":
            yield Fault(
                place, f"are Prolific's; {recruitment.platform!r} has none, so go"
            )
        for name in repeated(names):
            if "PARTICIPANT_GROUP" not in name:
                yield Fault(place, f"has {name} twice; take one of them out")
        paying += "FIXED_SCREEN_OUT_PAYMENT" in names
        if "FIXED_SCREEN_OUT_PAYMENT" in names and paying > 1:
            yield Fault(
                place,
                "has FIXED_SCREEN_OUT_PAYMENT, as another outcome has; the platform "
                "pays one code of a study so",
            )


def lease_faults(
    recruitment: RecruitmentPart, study: StudyPart, timing: TimingPart
) -> Faults:
    """A place is given away before the platform takes it back."""
    longest = PLATFORMS[recruitment.platform].max_minutes
    minutes = timing.lease_minutes or 3 * study.estimated_minutes + 2
    if longest is not None and minutes >= longest:
        yield Fault(
            ("timing", "lease_minutes"),
            f"is {minutes}; {recruitment.platform!r} grants less than {longest} "
            "minutes, so give the maximum time that you set there",
        )
