"""Messages about names that do not exist, with the nearest that do. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches


def no_such(noun: str, name: str, known: Iterable[str]) -> str:
    """What to say of an unknown name: the nearest known one, and all of them."""
    names = list(known)
    near = get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}? " if near else ""
    return f"no {noun} {name!r}; {hint}there are {', '.join(names)}"
