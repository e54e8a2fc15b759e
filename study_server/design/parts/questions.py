"""`[[questions]]`, quotas and pauses: what is asked, and of whom enough came. Pure."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from study_server.design.parts.base import Name, Part, without_repeats

Count = Annotated[int, Field(ge=0, le=100_000)]


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


class CellQuotaPart(Part):
    """At most so many sessions in the cells that fit all that is named."""

    group: Literal["crossed", "none"] | None = None
    """`none`: the slots of those who never see a panel. None: any."""

    list_index: Count | None = None
    """Which condition meets which set of features, from 0. None: any."""

    sequence_index: Count | None = None
    """The order of the conditions, from 0. None: any."""

    pair_offset: Count | None = None
    """The rotation of the query pairs, from 0. None: any."""

    max_sessions: Annotated[int, Field(ge=0, le=100_000)]
    """Places of these cells that are given away; the others stay empty."""

    def cell(self) -> dict[str, str | int | None]:
        """What is named, by the field of a slot."""
        return self.model_dump(exclude={"max_sessions"})

    @model_validator(mode="after")
    def _name_something(self) -> Self:
        if all(value is None for value in self.cell().values()):
            raise ValueError(
                "names no cell; give group, list_index, sequence_index or "
                "pair_offset, or lower study.n_slots"
            )
        return self


class PausePart(Part):
    """The study pauses by itself, once, when so many sessions have come so far."""

    count: Literal[
        "started",
        "completed",
        "screened_out",
        "withdrawn",
        "timed_out",
        "technical_problem",
    ]
    """Which sessions are counted: all that began, or those that ended so."""

    reaches: Annotated[int, Field(ge=1, le=100_000)]
    """The number at which nobody new is let in until a researcher resumes."""

    question: Name | None = None
    """Count only sessions with this answer to a question. None: all."""

    answer: Name | None = None
    """The answer that goes with `question`."""

    @model_validator(mode="after")
    def _ask_and_answer(self) -> Self:
        if (self.question is None) != (self.answer is None):
            raise ValueError("give question and answer together, or neither")
        return self


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
