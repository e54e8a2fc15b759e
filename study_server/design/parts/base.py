"""What every table of a study.toml shares."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Text = Annotated[str, Field(min_length=1)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
LanguageTag = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")]


class Part(BaseModel):
    """A table whose keys are all known and whose values have the right type."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, use_attribute_docstrings=True
    )


def without_repeats(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as they are; refuses one that stands twice."""
    if repeats := repeated(names):
        raise ValueError(
            f"{', '.join(map(repr, repeats))} is named twice; take one of them out"
        )
    return names


def repeated(names: Sequence[str]) -> list[str]:
    """The names that occur more than once, sorted."""
    return sorted({name for name in names if names.count(name) > 1})
