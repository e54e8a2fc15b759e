"""`actions` of an outcome: what the platform does with whoever brings its code. Pure.

Words and fields are Prolific's own. Source: docs.prolific.com, API reference
(completion codes of a study).
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from study_server.design.parts.base import Part, Text

ActionName = Literal[
    "AUTOMATICALLY_APPROVE",
    "MANUALLY_REVIEW",
    "ADD_TO_PARTICIPANT_GROUP",
    "REMOVE_FROM_PARTICIPANT_GROUP",
    "FIXED_SCREEN_OUT_PAYMENT",
    "REQUEST_RETURN",
]

NEEDS: dict[str, tuple[str, ...]] = {
    "ADD_TO_PARTICIPANT_GROUP": ("participant_group",),
    "REMOVE_FROM_PARTICIPANT_GROUP": ("participant_group",),
    "FIXED_SCREEN_OUT_PAYMENT": ("reward", "slots"),
    "REQUEST_RETURN": ("return_reason",),
}
"""Fields that an action has; others have none."""


class CodeAction(Part):
    """One thing that the platform does by itself."""

    action: ActionName
    """What."""

    participant_group: Text | None = None
    """Id of the group that the person is put into, or taken out of."""

    reward: Annotated[int, Field(ge=1)] | None = None
    """What a screened-out person gets, in the currency's hundredths."""

    slots: Annotated[int, Field(ge=1)] | None = None
    """How many may be paid so; each of them takes no place of the study."""

    return_reason: Text | None = None
    """Why the person is asked to return the submission, in their words."""

    @model_validator(mode="after")
    def _have_what_it_takes(self) -> Self:
        needed = NEEDS.get(self.action, ())
        for name in ("participant_group", "reward", "slots", "return_reason"):
            if (getattr(self, name) is not None) != (name in needed):
                fault = "needs" if name in needed else "has no"
                raise ValueError(f"the action {self.action} {fault} {name!r}")
        return self
