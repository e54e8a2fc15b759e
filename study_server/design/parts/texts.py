"""`[texts.LANGUAGE]`: what participants read in one language. Pure."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from study_server.design.parts.base import Name, Part, Text


class _Words(Part):
    model_config = ConfigDict(str_strip_whitespace=True, use_attribute_docstrings=True)


class ComprehensionItem(_Words):
    """One question on the instructions, with the answers to choose from."""

    question: Text
    """What is asked."""

    answers: Annotated[
        tuple[Text, ...], Field(min_length=2, max_length=6, strict=False)
    ]
    """In the order they are shown."""

    correct: Annotated[int, Field(ge=1)]
    """Which answer is right, from 1."""

    @model_validator(mode="after")
    def _have_a_right_answer(self) -> Self:
        if self.correct > len(self.answers):
            raise ValueError(
                f"correct is {self.correct}, but there are {len(self.answers)} answers"
            )
        return self


class QuestionText(_Words):
    """The words of one question."""

    text: Text
    """What is asked."""

    note: str = ""
    """A smaller line under it."""

    low: str = ""
    """Beside the 1 of a scale."""

    high: str = ""
    """Beside the 5 of a scale."""

    answers: dict[Name, Text] = Field(default_factory=dict)
    """Words of `yes` and `no`, or of each choice."""


class Texts(_Words):
    """Plain text; an empty line begins a new paragraph. Frozen with the study."""

    title: Text | None = None
    """For participants. None: the study's own title."""

    consent: Text
    """What a participant agrees to; its hash is stored with each session."""

    instructions: Text
    """Shown before practice; a line of three dashes begins a new page."""

    debrief: Text
    """Shown at the very end."""

    question: Text
    """What is asked in each trial."""

    conditions: dict[Name, Text] = Field(default_factory=dict)
    """What each condition is called; shown where `design.order` is `mixed`."""

    comprehension: Annotated[tuple[ComprehensionItem, ...], Field(strict=False)] = ()
    """Questions on the instructions."""

    questions: dict[Name, QuestionText] = Field(default_factory=dict)
    """Words of each question, by its name."""

    pages: dict[str, Text] = Field(default_factory=dict)
    """Own words for strings of the interface, by their names in the catalogue of the
    language (`"stop.title"`); all of them for a language that the server lacks."""
