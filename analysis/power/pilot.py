"""Variance components of a planned study, taken from the report of a pilot."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit

from analysis.errors import ConfigError
from analysis.mixed.design import (
    FEATURE_CONDITION,
    FEATURES,
    PARTICIPANT_CONDITION,
    PEOPLE,
)
from analysis.power.components import VarianceComponents

FIELDS = {
    "participant": PEOPLE,
    "feature": FEATURES,
    "feature_condition": FEATURE_CONDITION,
    "participant_condition": PARTICIPANT_CONDITION,
}
"""Field of the components -> random term of the primary fit."""


class Pilot(NamedTuple):
    """Components of a pilot, and how well they are known."""

    components: VarianceComponents
    errors: Mapping[str, float]
    """Field -> standard error of its standard deviation; NaN where not known."""

    def pessimistic(self, *, z: float = 1.2816) -> VarianceComponents:
        """The same with every standard deviation at its 90 % upper end."""
        upper = {
            name: getattr(self.components, name) + z * np.nan_to_num(error)
            for name, error in self.errors.items()
        }
        return VarianceComponents(base_accuracy=self.components.base_accuracy, **upper)


def read_pilot(path: Path) -> Pilot:
    """Components from the primary fit in a `results.json`.

    A term that was not in the fit counts as 0.

    Raises:
        ConfigError: unreadable, or without a usable primary fit.
    """
    try:
        results = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"cannot read {path}: {error}. Give the results.json of a report."
        ) from error
    fits = results.get("fits") if isinstance(results, dict) else None
    usable = [f for f in fits or [] if f.get("status") in ("ok", "boundary")]
    if not usable:
        raise ConfigError(
            f"{path} holds no usable primary fit (fits: "
            f"{[f.get('status') for f in fits or []]}). Give another pilot, or name "
            "the standard deviations."
        )
    return pilot_of(usable[0])


def pilot_of(fit: Mapping[str, Any]) -> Pilot:
    """Components from the facts of one fit; see `fit_facts`."""
    found = fit["standard_deviations"]
    values = {f: float(found.get(t, {}).get("value") or 0) for f, t in FIELDS.items()}
    errors = {}
    for name, term in FIELDS.items():
        error = found.get(term, {}).get("standard_error")
        errors[name] = math.nan if error is None else float(error)
    base = float(expit(fit["coefficients"]["intercept"]["value"]))
    return Pilot(VarianceComponents(base_accuracy=base, **values), errors)
