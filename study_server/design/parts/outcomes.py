"""`[[outcomes]]`: how a session can end, and what each end hands out. Pure."""

from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from study_server.design.parts.base import Part, Text
from study_server.design.parts.code_actions import CodeAction

OutcomeName = Literal[
    "completed",
    "no_consent",
    "screened_out",
    "withdrawn",
    "timed_out",
    "not_open",
    "already_took_part",
    "technical_problem",
]
OUTCOMES: tuple[OutcomeName, ...] = get_args(OutcomeName)
WITHOUT_CODE = ("not_open", "already_took_part")
"""Pages for people who hold no session: there is nothing to confirm."""


class OutcomePart(Part):
    """One of the eight ends of a session."""

    name: OutcomeName
    """Which end."""

    code: Text | None = None
    """Shown on its page with a copy button. None: none."""

    return_url: Text | None = None
    """Where its button leads, `{code}` filled in. None: no button."""

    return_after_s: Annotated[int, Field(ge=20, le=600)] | None = None
    """The page follows its button by itself after so long, unless a key is pressed.
    None: it waits."""

    is_paid: bool = False
    """Whether the platform pays for it, wholly or in part."""

    code_type: Annotated[str, Field(pattern=r"^[A-Z][A-Z_]*$")] | None = None
    """What the platform calls the code. None: as the outcome has it."""

    actor: Literal["participant", "researcher"] = "participant"
    """Who gives the code to the platform."""

    actions: Annotated[tuple[CodeAction, ...], Field(strict=False)] = ()
    """What the platform does about the code. Empty: a person looks at it."""

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.code is not None and self.name in WITHOUT_CODE:
            raise ValueError(
                f"the outcome {self.name!r} has no code: whoever sees it holds no "
                "session; take the code out"
            )
        if self.actions and self.code is None and self.name != "completed":
            raise ValueError(
                f"the outcome {self.name!r} has actions and no code that could lead to "
                "them; give it a code"
            )
        if self.return_url is not None and not self.return_url.startswith(
            ("https://", "http://")
        ):
            raise ValueError(
                f"return_url must begin with https://; got {self.return_url!r}"
            )
        return self
