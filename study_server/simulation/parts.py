"""The parts of what simulated participants are told to be, each with its defaults."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rate = Annotated[float, Field(ge=0, le=1)]
OpenRate = Annotated[float, Field(gt=0, lt=1)]
SpreadSd = Annotated[float, Field(ge=0, le=5)]
PositiveMs = Annotated[float, Field(gt=0, le=600_000)]


class Part(BaseModel):
    """Frozen; a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Attention(Part):
    """How trials are answered that do not measure the explanation."""

    catch: Rate = 0.97
    """Share of correct choices in catch trials."""

    practice: Rate = 0.9
    """Share of correct choices in practice trials."""


class Spread(Part):
    """How much accuracy varies, on the logit scale; the means stay as planted."""

    participant_sd: SpreadSd = 0.0
    """Between participants, over all conditions."""

    feature_sd: SpreadSd = 0.0
    """Between features, over all conditions."""


class Confidence(Part):
    """Probability of confidence 1, 2 and 3."""

    correct: tuple[Rate, Rate, Rate] = (0.15, 0.35, 0.50)
    """After a correct choice."""

    wrong: tuple[Rate, Rate, Rate] = (0.45, 0.35, 0.20)
    """After a wrong choice."""

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        for name, shares in (("correct", self.correct), ("wrong", self.wrong)):
            if abs(sum(shares) - 1) > 1e-9:
                raise ValueError(
                    f"{name} must add up to 1; got {shares}, which make {sum(shares)}"
                )
        return self


class Rating(Part):
    """How a rated photograph's activation percentile becomes a rating of 0 to 100."""

    slope: Mapping[str, Rate] = {}
    """Points of rating for each percentile point, per condition: 0 tells nothing."""

    default_slope: Rate = 0.6
    """Of a condition that `slope` does not name."""

    noise_sd: Annotated[float, Field(ge=0, le=100)] = 15.0
    """Standard deviation of what is added, in points of rating."""


MEDIAN_MS: Mapping[str, float] = {
    "none": 2200.0,
    "natural": 2400.0,
    "accentuation": 2600.0,
    "attribution": 2800.0,
    "seed_only": 3000.0,
    "feature_visualization": 3200.0,
}
"""Shortest without a panel, longer for feature visualizations than for photographs."""


class ResponseTime(Part):
    """Log-normal response times."""

    log_sd: Annotated[float, Field(ge=0, le=3)] = 0.5
    """Standard deviation of the natural logarithm."""

    default_median_ms: PositiveMs = 3000.0
    """Median of a condition that `median_ms` does not name."""

    median_ms: Mapping[str, PositiveMs] = MEDIAN_MS
    """Median per condition."""


class Dropout(Part):
    """Participants who close the page and never come back."""

    hazard: Rate = 0.0
    """Probability of leaving before any one main or catch trial."""


class Lapse(Part):
    """Trials, practice apart, that are answered without a look: by a coin."""

    rate: Rate = 0.0
    """Probability in the first trial."""

    per_trial: Rate = 0.0
    """Added with every trial since: fatigue. It never gets above 1."""


class Bias(Part):
    """Trials, practice apart, that are answered by the side alone."""

    rate: Rate = 0.0
    """Probability of each trial."""

    p_left: Rate = 0.8
    """Probability of left in such a trial."""


class StraightLine(Part):
    """Whoever presses one and the same button in every trial, practice apart."""

    rate: Literal[0, 1] = 0
    """1: does so."""

    side: Literal["left", "right"] | None = None
    """None: each participant has one of their own, by a coin."""

    confidence: Literal[1, 2, 3] = 2


class TooFast(Part):
    """Trials, practice apart, that are answered by a coin before anything is seen."""

    rate: Rate = 0.0
    """Probability of each trial."""

    max_ms: PositiveMs = 300.0
    """Response times of such trials lie below, evenly down to half of it."""


class Sending(Part):
    """What a browser does with an answer besides sending it once."""

    repeat_rate: Rate = 0.0
    """Probability of sending an answer again, under the same id: a double click, or an
    acknowledgement that got lost."""

    conflict_rate: Rate = 0.0
    """Probability of sending another answer to the same trial: a second tab."""

    offline_rate: Rate = 0.0
    """Probability, before a trial, of answering all that are loaded before the first of
    these answers is sent."""
