"""The built-in texts of each language, and how a study's own replace them. Pure."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BY_TASK = ("instructions", "question", "comprehension", "debrief")
"""Keys of a language file that have a text of their own for each task."""


def built_in_languages() -> list[str]:
    """Languages whose texts can be used as they are."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def default_texts(language: str, task: str, asked: str = "") -> dict[str, Any]:
    """The built-in texts of a language for a task; empty for another language.

    Args:
        asked: a variant of the task that may have a text of its own.
    """
    if language not in built_in_languages():
        return {}
    texts = dict(_read(language))
    for key in BY_TASK:
        variants = (f"{task}_{asked}", task, "two_alternative")
        texts[key] = next(texts[key][v] for v in variants if v in texts[key])
    return texts


def with_default_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    """A definition's plain values, the built-in texts filled in, so that they freeze.

    Values of another shape than a definition's are left for its own checks.
    """
    study, design = _table(values, "study"), _table(values, "design")
    languages, own = _table(values, "languages"), values.get("texts", {})
    task, asked = design.get("task", "two_alternative"), design.get("asked", "")
    offered = languages.get("offered") or ()
    if not isinstance(own, Mapping) or not isinstance(offered, list | tuple):
        return dict(values)
    names = dict.fromkeys([study.get("language", "en"), *offered, *own])
    texts: dict[str, Any] = {}
    for name in names:
        given = own.get(name, {})
        is_table = isinstance(given, Mapping) and isinstance(name, str)
        texts[name] = (
            _merged(default_texts(name, task, asked), given) if is_table else given
        )
    return {**values, "texts": texts}


def _merged(default: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Own texts before the built-in ones; questions are joined by name."""
    merged = {**default, **given}
    if isinstance(own := given.get("questions", {}), Mapping):
        merged["questions"] = {**default.get("questions", {}), **own}
    return merged


def _table(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    table = values.get(key)
    return table if isinstance(table, Mapping) else {}


@cache
def _read(language: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{language}.toml").read_text(encoding="utf-8"))
