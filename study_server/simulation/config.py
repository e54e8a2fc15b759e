"""What simulated participants are told to be: `observers.toml`. No Flask."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from study_server.errors import SimulationError

Rate = Annotated[float, Field(ge=0, le=1)]
OpenRate = Annotated[float, Field(gt=0, lt=1)]
SpreadSd = Annotated[float, Field(ge=0, le=5)]
PositiveMs = Annotated[float, Field(gt=0, le=600_000)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Attention(_Part):
    """How trials are answered that do not measure the explanation."""

    catch: Rate = 0.97
    """Share of correct choices in catch trials."""

    practice: Rate = 0.9
    """Share of correct choices in practice trials."""


class Spread(_Part):
    """How much accuracy varies, on the logit scale; the means stay as planted."""

    participant_sd: SpreadSd = 0.0
    """Between participants, over all conditions."""

    feature_sd: SpreadSd = 0.0
    """Between features, over all conditions."""


class Confidence(_Part):
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


class Rating(_Part):
    """How a rated photograph's activation percentile becomes a rating of 0 to 100."""

    slope: Mapping[str, Rate] = {}
    """Points of rating for each percentile point, per condition: 0 tells nothing."""

    default_slope: Rate = 0.6
    """Of a condition that `slope` does not name."""

    noise_sd: Annotated[float, Field(ge=0, le=100)] = 15.0
    """Standard deviation of what is added, in points of rating."""


class ResponseTime(_Part):
    """Log-normal response times."""

    log_sd: Annotated[float, Field(ge=0, le=3)] = 0.5
    """Standard deviation of the natural logarithm."""

    default_median_ms: PositiveMs = 3000.0
    """Median of a condition that `median_ms` does not name."""

    median_ms: Mapping[str, PositiveMs] = {}
    """Median per condition."""


class Dropout(_Part):
    """Participants who close the page and never come back."""

    hazard: Rate = 0.0
    """Probability of leaving before any one main or catch trial."""


class ObserverConfig(_Part):
    """One observers.toml: the truth that an analysis has to recover."""

    rng_seed: Annotated[int, Field(ge=0)]
    """From it every simulated participant is drawn."""

    accuracy: Mapping[str, OpenRate] = {}
    """Planted share of correct choices in main trials, per condition, whatever the
    task is that asks for a choice."""

    rating: Rating = Rating()
    attention: Attention = Attention()
    spread: Spread = Spread()
    confidence: Confidence = Confidence()
    response_time: ResponseTime = ResponseTime()
    dropout: Dropout = Dropout()

    @model_validator(mode="after")
    def _plant_something(self) -> Self:
        if not self.accuracy and not self.rating.slope:
            raise ValueError(
                "nothing is planted: give [accuracy] for tasks with a choice, or "
                "[rating.slope] for ratings, by condition"
            )
        return self


def read_observers(path: Path) -> ObserverConfig:
    """Read and check an observers.toml.

    Raises:
        SimulationError: the file is missing, not TOML, or holds something else than
            expected; every fault is named.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SimulationError(f"cannot read {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SimulationError(f"{path} is not valid TOML: {error}") from error
    try:
        return ObserverConfig.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SimulationError(f"{path} does not describe observers: {faults}") from None
