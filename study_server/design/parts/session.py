"""`[practice]`, `[main]`, `[catch]`, `[comprehension]`: parts of a sitting. Pure."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from study_server.design.parts.base import Part, Text, without_repeats

Count = Annotated[int, Field(ge=0, le=1_000)]


class PracticePart(Part):
    """Trials before the main part, repeated with new items until enough are right."""

    n_trials: Count | None = None
    """In one round. None: one for each condition."""

    n_obvious: Count = 0
    """So many of a round are the practice pairs with the widest gap in activation, the
    others those with the narrowest. 0: pairs in the order of the bundle."""

    min_correct: Count = 0
    """Right answers that end practice. 0: one round, whatever was answered."""

    max_rounds: Annotated[int, Field(ge=1, le=20)] = 1
    """Whoever has too few right answers after so many rounds is screened out."""

    has_feedback: bool = True
    """Whether participants are told what was right."""

    @model_validator(mode="after")
    def _can_be_passed(self) -> Self:
        if self.n_trials is not None:
            for name in ("n_obvious", "min_correct"):
                if (count := getattr(self, name)) > self.n_trials:
                    raise ValueError(
                        f"{name} is {count}, but a round has n_trials = "
                        f"{self.n_trials}; ask for at most {self.n_trials}"
                    )
        if self.max_rounds > 1 and self.min_correct == 0:
            raise ValueError(
                f"max_rounds is {self.max_rounds}, but min_correct = 0 ends practice "
                "after the first; give min_correct or leave max_rounds out"
            )
        return self


class MainPart(Part):
    """The trials that count."""

    has_feedback: bool = False
    """Whether participants are told what was right."""

    score: Literal["none", "running", "per_block"] = "none"
    """With feedback: how many were right so far, told after each trial (`running`), or
    how many of the block, told at its end (`per_block`)."""

    n_repeats: Count = 0
    """Main trials of each block that are shown once more at its end, with the sides
    drawn anew; they are of kind `repeat` and count for consistency only."""

    @model_validator(mode="after")
    def _tell_no_more_than_feedback(self) -> Self:
        if self.score != "none" and not self.has_feedback:
            raise ValueError(
                f"score is {self.score!r}, but without feedback it would tell what was "
                "right; set has_feedback = true or score = 'none'"
            )
        return self


class CatchPart(Part):
    """Trials that everyone who looks gets right."""

    per_block: Count | None = None
    """In each block with a panel. None: 1 where the task has catch trials."""

    n_trials: Count | None = None
    """In all, spread over the blocks as evenly as can be; instead of `per_block`."""

    tile: Literal["any", "last"] = "any"
    """Which tile of the panel is the right option."""

    features: Annotated[tuple[Text, ...], Field(strict=False)] = ()
    """Easy features of the catch trials. Empty: each repeats the panel of a main trial
    before it. Needed where no tile can be an option (task `occlusion`)."""

    @model_validator(mode="after")
    def _count_once(self) -> Self:
        without_repeats(self.features)
        if self.per_block is not None and self.n_trials is not None:
            raise ValueError("give per_block or n_trials, not both")
        return self


class ComprehensionPart(Part):
    """Questions on the instructions; what they ask is in the texts."""

    n_items: Count = 0
    """How many of the texts' items are asked, in their order. 0: none."""

    max_attempts: Annotated[int, Field(ge=1, le=20)] = 2
    """Whoever fails as often is screened out."""
