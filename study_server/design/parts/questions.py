"""`[[questions]]` and `[[quotas]]`: what is asked besides the trials. Pure."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from study_server.design.parts.base import Name, Part, without_repeats


class QuestionPart(Part):
    """One question; its words are in the texts, under its name."""

    name: Name
    """Column of the answer."""

    kind: Literal["scale", "yes_no", "free_text", "choice"]
    """`scale`: 1 to 5. `choice`: one of `choices`."""

    stage: Literal["end", "screening"] = "end"
    """`screening`: before the instructions, for quotas."""

    is_required: bool = True
    """Whether the page can be left without an answer."""

    choices: Annotated[tuple[Name, ...], Field(strict=False)] = ()
    """Answers of a `choice`; their words are in the texts."""

    @model_validator(mode="after")
    def _have_choices(self) -> Self:
        without_repeats(self.choices)
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(
                "choices go with kind = 'choice' and no other; "
                f"{self.name!r} is {self.kind!r} with {len(self.choices)} choices"
            )
        return self


class QuotaPart(Part):
    """At most so many sessions with one answer to a screening question."""

    question: Name
    """Name of a question of kind `choice` and stage `screening`."""

    answer: Name
    """One of its choices."""

    max_sessions: Annotated[int, Field(ge=0, le=100_000)]
    """Sessions that may hold a slot with this answer; others find the study full."""


DEFAULT_QUESTIONS = (
    QuestionPart(name="difficulty", kind="scale"),
    QuestionPart(name="strategy", kind="free_text", is_required=False),
    QuestionPart(name="images_shown", kind="yes_no"),
    QuestionPart(name="data_use", kind="yes_no"),
)


class LanguagesPart(Part):
    """`[languages]`: in which languages the study can be taken."""

    offered: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """Language tags, the study's own among them. Empty: only that."""

    @model_validator(mode="after")
    def _name_each_once(self) -> Self:
        without_repeats(self.offered)
        return self
