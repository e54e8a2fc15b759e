"""`preset`: which published or own paradigm a study began with. Pure."""

from typing import Annotated, Any

from pydantic import Field, model_validator

from study_server.design.nearest import no_such
from study_server.design.parts.base import Part, Text
from study_server.presets import preset_names


class PresetPart(Part):
    """Where a study's parameters come from, as exported."""

    name: Text
    """One of the presets."""

    paper: str = ""
    """Where it was published."""

    differences: Annotated[tuple[str, ...], Field(strict=False)] = ()
    """What we do otherwise on purpose."""

    @model_validator(mode="before")
    @classmethod
    def _know_the_name(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        raise ValueError(no_such("preset", str(value), preset_names()))
