"""What simulated participants are told to be: `observers.toml`. No Flask."""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Annotated, Any, Self

from pydantic import Field, ValidationError, model_validator

from study_server.errors import SimulationError
from study_server.simulation.models import MODELS, ModelName
from study_server.simulation.parts import (
    Attention,
    Bias,
    Confidence,
    Dropout,
    Lapse,
    OpenRate,
    Part,
    Rating,
    ResponseTime,
    Sending,
    Spread,
    StraightLine,
    TooFast,
)

EVERYONE = "everyone"
"""The group's name where a file has no groups."""


class Group(Part):
    """Some of the participants, who differ from the rest of the file."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    share: Annotated[float, Field(gt=0)]
    """How many of them there are, in relation to the other groups' shares."""

    model: ModelName = "able"
    """What it changes comes first; the parts below change that."""

    accuracy: Mapping[str, OpenRate] | None = None
    default_accuracy: OpenRate | None = None
    rating: Mapping[str, Any] = {}
    attention: Mapping[str, Any] = {}
    spread: Mapping[str, Any] = {}
    confidence: Mapping[str, Any] = {}
    response_time: Mapping[str, Any] = {}
    dropout: Mapping[str, Any] = {}
    lapse: Mapping[str, Any] = {}
    bias: Mapping[str, Any] = {}
    straight_line: Mapping[str, Any] = {}
    too_fast: Mapping[str, Any] = {}
    sending: Mapping[str, Any] = {}


OF_THE_GROUP = {"name", "share", "model"}
"""Keys of a group that are no parts of a participant."""


class ObserverConfig(Part):
    """One observers.toml: the truth that an analysis has to recover."""

    rng_seed: Annotated[int, Field(ge=0)]
    """From it every simulated participant is drawn."""

    accuracy: Mapping[str, OpenRate] = {}
    """Planted share of correct choices in main trials, per condition, whatever the
    task is that asks for a choice."""

    default_accuracy: OpenRate | None = None
    """Of a condition that `accuracy` does not name. None: such a condition is a
    mistake."""

    rating: Rating = Rating()
    attention: Attention = Attention()
    spread: Spread = Spread()
    confidence: Confidence = Confidence()
    response_time: ResponseTime = ResponseTime()
    dropout: Dropout = Dropout()
    lapse: Lapse = Lapse()
    bias: Bias = Bias()
    straight_line: StraightLine = StraightLine()
    too_fast: TooFast = TooFast()
    sending: Sending = Sending()
    groups: tuple[Group, ...] = ()
    """None: all participants are as above."""

    @model_validator(mode="after")
    def _plant_something(self) -> Self:
        accuracies = (self.accuracy, self.default_accuracy)
        if not any(accuracies) and not self.rating.slope:
            raise ValueError(
                "nothing is planted: give [accuracy] for tasks with a choice, or "
                "[rating.slope] for ratings, by condition"
            )
        names = [group.name for group in self.groups]
        if len(set(names)) < len(names):
            raise ValueError(f"two groups have the same name: {', '.join(names)}")
        for group in self.groups:
            member_of(self, group)  # its parts are checked now
        return self


def group_of(config: ObserverConfig, participant_index: int) -> Group | None:
    """The group that a participant is in, by the shares: the same one every time."""
    if not config.groups:
        return None
    rng = Random(f"{config.rng_seed}/group/{participant_index}")
    (group,) = rng.choices(config.groups, [each.share for each in config.groups])
    return group


def member_of(config: ObserverConfig, group: Group | None) -> ObserverConfig:
    """What a member of the group is told to be.

    Raises:
        pydantic.ValidationError: a part of the group holds what it may not.
    """
    if group is None:
        return config
    values = config.model_dump(exclude={"groups"})
    own = group.model_dump(exclude=OF_THE_GROUP, exclude_defaults=True)
    for changes in (MODELS[group.model], own):
        for name, change in changes.items():
            is_table = isinstance(change, Mapping)
            values[name] = {**(values[name] or {}), **change} if is_table else change
    return ObserverConfig.model_validate(values)


def observers_from(content: Mapping[str, Any], *, name: str) -> ObserverConfig:
    """Check what a file or the command line says.

    Args:
        name: what to call it in errors.

    Raises:
        SimulationError: it holds something else than expected; every fault is named.
    """
    try:
        return ObserverConfig.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
            for fault in error.errors()
        )
        raise SimulationError(f"{name} does not describe observers: {faults}") from None


def read_content(path: Path) -> dict[str, Any]:
    """What an observers.toml, or a .json of the same content, says.

    Raises:
        SimulationError: the file is missing, or neither TOML nor JSON by its name.
    """
    is_json = path.suffix == ".json"
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text) if is_json else tomllib.loads(text)
    except OSError as error:
        raise SimulationError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:  # of either format, and of its encoding
        kind = "JSON" if is_json else "TOML"
        raise SimulationError(f"{path} is not valid {kind}: {error}") from error
    if not isinstance(content, dict):
        raise SimulationError(f"{path} must hold an object; got {text[:40]!r}")
    return content
