"""A language nobody speaks, written from right to left: English in disguise (3.20)."""

import re
from typing import Any

from study_server.catalogue import built_in
from study_server.design.texts import default_texts

PSEUDO = "ar-XB"
"""Language tag of the usual right-to-left pseudo-locale."""

RIGHT_TO_LEFT_MARK = "\u200f"
WORD = re.compile(r"(\{\w+\})|([A-Za-z]+)")


def pseudo_texts() -> dict[str, Any]:
    """All texts of a study in the pseudo-locale."""
    pages = {name: disguised(text) for name, text in built_in("en").strings.items()}
    pages["language.direction"] = "rtl"
    return {**_disguised_all(default_texts("en", "two_alternative")), "pages": pages}


def disguised(text: str) -> str:
    """Each word between marks that make it run from right to left."""

    def disguise(found: re.Match[str]) -> str:
        return found[1] or f"{RIGHT_TO_LEFT_MARK}\u202e{found[2]}\u202c"

    return WORD.sub(disguise, text)


def _disguised_all(value: Any) -> Any:
    if isinstance(value, str):
        return disguised(value)
    if isinstance(value, dict):
        return {key: _disguised_all(each) for key, each in value.items()}
    return (
        [_disguised_all(each) for each in value] if isinstance(value, list) else value
    )
