"""Accuracies planted in simulated observers."""

import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from analysis.errors import ConfigError


def read_planted_accuracies(path: Path) -> dict[str, float]:
    """Condition -> planted share correct, from the `[accuracy]` of an observer file.

    Raises:
        ConfigError: the file cannot be read, or a value is no share from 0 to 1.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(
            f"cannot read planted accuracies from {path}: {error}. "
            "Give the observer file that the simulation was run with."
        ) from error
    table = content.get("accuracy")
    if not isinstance(table, dict) or not table:
        raise ConfigError(
            f"{path} has no [accuracy] table (condition = share correct); "
            f"found: {', '.join(content) or 'nothing'}."
        )
    for condition, value in table.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 <= value <= 1:
            raise ConfigError(
                f"{path}: accuracy of {condition!r} must be from 0 to 1; got {value!r}"
            )
    return {condition: float(value) for condition, value in table.items()}


def check_planted_fits(
    planted: Mapping[str, float], conditions: Collection[str], path: Path
) -> None:
    """Refuse an observer file that shares no condition with the study.

    Args:
        planted: condition -> planted share correct.
        conditions: of the study's main trials.
        path: of the observer file, for the message.

    Raises:
        ConfigError: names the conditions of both.
    """
    if conditions and not set(conditions) & set(planted):
        raise ConfigError(
            f"{path} plants no accuracy for {', '.join(sorted(conditions))}; it plants "
            f"{', '.join(planted)}. Give the observer file that the simulation was "
            "run with."
        )
