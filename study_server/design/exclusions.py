"""The rules by which the analysis may leave participants out: names and parameters.

The server excludes nobody, it only counts whom each rule would. The rules are fixed
with the study and exported in order.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, model_validator

DEFAULTS: Mapping[str, Mapping[str, float]] = {
    "withdrawn": {},
    "did_not_finish": {"min_share": 1.0},
    "instructions_too_fast": {"min_ms": 20_000},
    "catch": {"min_correct": -1},
    "total_time": {"min_ms": 0, "max_ms": float("inf")},
    "rarer_side": {"min_share": 5 / 45},
    "data_use": {},
}
"""Rule name to the parameters it takes, with the values of those left out."""


LARGEST = 1e12


class ExclusionRule(BaseModel):
    """One rule: its name, and numbers under the names in DEFAULTS."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str

    @property
    def parameters(self) -> dict[str, float]:
        """Those that the study gives."""
        return dict(self.model_extra or {})

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_names(cls, values: Any) -> Any:
        if not isinstance(values, dict):
            raise ValueError(f"a rule is a table with a name; got {values!r}")
        name = str(values.get("name"))
        if name not in DEFAULTS:
            raise ValueError(f"no rule {name!r}; there are {', '.join(DEFAULTS)}")
        for key, value in values.items():
            if key != "name" and key not in DEFAULTS[name]:
                known = ", ".join(sorted(DEFAULTS[name])) or "none"
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
