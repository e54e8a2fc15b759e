"""The rules by which the analysis may leave participants out: names and parameters.

The server excludes nobody. The rules are fixed with the study and exported in order.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

RULES: Mapping[str, frozenset[str]] = {
    "withdrawn": frozenset(),
    "did_not_finish": frozenset({"min_share"}),
    "instructions_too_fast": frozenset({"min_ms"}),
    "catch": frozenset({"min_correct"}),
    "total_time": frozenset({"min_ms", "max_ms"}),
    "rarer_side": frozenset({"min_share"}),
    "data_use": frozenset(),
}
"""Rule name to the parameters it takes; each has a default in the analysis."""


LARGEST = 1e12


class ExclusionRule(BaseModel):
    """One rule: its name, and numbers under the names in RULES."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_names(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            raise ValueError(f"a rule is a table with a name; got {values!r}")
        name = str(values.get("name"))
        if name not in RULES:
            raise ValueError(f"no rule {name!r}; there are {', '.join(RULES)}")
        for key, value in values.items():
            if key != "name" and key not in RULES[name]:
                known = ", ".join(sorted(RULES[name])) or "none"
                raise ValueError(f"{name} takes no {key!r}; parameters: {known}")
            if key != "name" and (
                isinstance(value, bool)
                or not isinstance(value, int | float)
                or not abs(value) <= LARGEST  # nor is nan
            ):
                raise ValueError(
                    f"{key} must be a number of at most 12 digits; got {value!r}"
                )
        return values
