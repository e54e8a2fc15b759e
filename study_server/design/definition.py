"""A study definition: everything a researcher decides, checked as a whole. Pure."""

import hashlib
import json
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from study_server.design.conditions import CONDITIONS
from study_server.design.exclusions import ExclusionRule
from study_server.design.texts import Texts
from study_server.errors import DefinitionError

Text = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class StudyPart(_Part):
    """What the study is and how many take part."""

    study_id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
    """The name in links: lower-case letters, digits and hyphens."""

    title: Text
    """For participants."""

    language: Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    """Of the texts, as a language tag."""

    rng_seed: Annotated[int, Field(ge=0)]
    """From it every participant's plan is drawn."""

    n_slots: Annotated[int, Field(ge=1, le=100_000)]
    """Participants wanted; a multiple of the number of conditions fills all lists."""

    estimated_minutes: Annotated[int, Field(ge=1, le=100_000)]
    """Told to participants beforehand."""

    contact: Text
    """Whom participants can write to."""

    completion_code: Text
    """Shown once everything is stored, and never before."""


class DesignPart(_Part):
    """What is shown to whom."""

    conditions: Annotated[tuple[str, ...], Field(min_length=1, strict=False)]
    """Crossed within participants, one block each."""

    practice_features: Annotated[tuple[Text, ...], Field(min_length=1, strict=False)]
    """Used in practice only; one practice trial per condition goes through them."""

    features: Annotated[tuple[Text, ...], Field(strict=False)] | None = None
    """Used in main trials. None: every feature of the bundle not used in practice."""

    n_query_pairs: Annotated[int, Field(ge=1)] = 1
    """Query pairs of each feature that rotate over participants."""

    catch_per_block: Annotated[int, Field(ge=0)] = 1
    """Trials in which one option is a tile of the panel itself."""

    n_panel_tiles: Annotated[int, Field(ge=2, le=24, multiple_of=2)] = 8
    """Example images beside the options, two in a row."""

    @field_validator("conditions")
    @classmethod
    def _know_each_condition(cls, conditions: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [c for c in conditions if c not in CONDITIONS]:
            raise ValueError(
                f"no condition {', '.join(map(repr, unknown))}; "
                f"there are {', '.join(CONDITIONS)}"
            )
        return _without_repeats(conditions)

    @field_validator("practice_features", "features")
    @classmethod
    def _name_each_feature_once(
        cls, names: tuple[str, ...] | None
    ) -> tuple[str, ...] | None:
        return None if names is None else _without_repeats(names)

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        n_conditions = len(self.conditions)
        if len(self.practice_features) > n_conditions:
            raise ValueError(
                f"practice_features names {len(self.practice_features)} features, but "
                f"there is one practice trial for each of {n_conditions} conditions; "
                "name fewer"
            )
        if self.features is not None:
            if both := set(self.features) & set(self.practice_features):
                raise ValueError(
                    f"{', '.join(map(repr, sorted(both)))} is used in practice and in "
                    "main trials; take it out of one"
                )
            check_counts(self, n_features=len(self.features))
        return self


class TimingPart(_Part):
    """Durations."""

    panel_min_ms: Annotated[int, Field(ge=0, le=60_000)] = 8_000
    """The examples are studied alone this long before the options appear."""

    instructions_min_ms: Annotated[int, Field(ge=0, le=120_000)] = 20_000
    """The instructions cannot be left earlier."""

    lease_minutes: Annotated[int, Field(ge=1, le=100_000)] = 60
    """A slot not finished after this long is given to someone else."""


class StudyDefinition(_Part):
    """One study.toml."""

    study: StudyPart
    design: DesignPart
    timing: TimingPart = TimingPart()
    exclusions: Annotated[tuple[ExclusionRule, ...], Field(strict=False)] = ()
    texts: Texts = Texts()

    def to_dict(self) -> dict[str, Any]:
        """Plain values, defaults filled in, as exported."""
        return self.model_dump(mode="json")

    @property
    def sha256(self) -> str:
        """Of the definition in canonical JSON: its identity."""
        text = json.dumps(
            self.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(text.encode()).hexdigest()


def read_definition(path: Path) -> StudyDefinition:
    """Read a study.toml.

    Raises:
        DefinitionError: lists every fault at once, each with its place.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise DefinitionError(f"{path}: not TOML ({error})") from error
    return parse_definition(values, name=str(path))


def parse_definition(values: dict[str, Any], *, name: str) -> StudyDefinition:
    """Check a definition given as plain values; `name` is its file, for messages."""
    try:
        return StudyDefinition.model_validate(values)
    except ValidationError as error:
        faults = [
            f"  {'.'.join(map(str, fault['loc']))}: "
            f"{fault['msg'].removeprefix('Value error, ')}"
            for fault in error.errors()
        ]
        noun = "fault" if len(faults) == 1 else "faults"
        raise DefinitionError(
            "\n".join([f"{name}: {len(faults)} {noun}", *faults])
        ) from error


def check_counts(design: DesignPart, *, n_features: int) -> None:
    """Refuse a number of main features that cannot be dealt evenly.

    Raises:
        DefinitionError: says how many features to add or to leave out.
    """
    n_conditions = len(design.conditions)
    surplus = n_features % n_conditions
    if n_features == 0 or surplus:
        raise DefinitionError(
            f"{n_features} main features cannot be dealt evenly to {n_conditions} "
            f"conditions; leave out {surplus} or add {n_conditions - surplus}"
        )
    n_per_block = n_features // n_conditions
    if design.catch_per_block > n_per_block:
        raise DefinitionError(
            f"catch_per_block is {design.catch_per_block}, but a block has only "
            f"{n_per_block} main trials; ask for at most {n_per_block}"
        )


def _without_repeats(names: tuple[str, ...]) -> tuple[str, ...]:
    if repeats := {name for name in names if names.count(name) > 1}:
        raise ValueError(f"{', '.join(map(repr, sorted(repeats)))} is named twice")
    return names
