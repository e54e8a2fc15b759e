"""The words of the interface: one catalogue of named strings per language. No Flask.

A catalogue is a TOML file in `translations/`, its tables flattened to dotted names
(`stop.title`). Names instead of English sentences as keys, and no compiled files: the
reviewer of a language reads one file; a name that a page asks for and that is missing
raises instead of showing English; and a study freezes the whole catalogue, with its own
words put in, as one JSON object. Plural forms are avoided by the wording.
"""

import json
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from study_server.errors import DefinitionError

FOLDER = Path(__file__).parent / "translations"
REFERENCE_LANGUAGE = "en"
"""Its catalogue says which names there are, and which placeholders each has."""
DIRECTIONS = ("ltr", "rtl")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything the interface says in one language."""

    language: str
    """Language tag, for `lang`."""

    strings: Mapping[str, str]
    """Name to text."""

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`, for `dir`."""
        return self.strings["language.direction"]

    def say(self, name: str, **values: object) -> str:
        """The string of this name, its {placeholders} filled in.

        Raises:
            KeyError: there is no such string, or a placeholder has no value.
        """
        return self.strings[name].format(**values)

    def part(self, table: str) -> dict[str, str]:
        """The strings below one table, placeholders left in, for a page's script."""
        start = f"{table}."
        return {n: text for n, text in self.strings.items() if n.startswith(start)}


def built_in_languages() -> list[str]:
    """Languages whose interface comes with the server."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@cache
def built_in(language: str) -> Catalogue:
    """The catalogue that comes with the server."""
    text = (FOLDER / f"{language}.toml").read_text(encoding="utf-8")
    return Catalogue(language, dict(_flat(tomllib.loads(text))))


def complete(language: str, own: Mapping[str, str]) -> Catalogue:
    """A study's catalogue of one language: its own strings before the built-in ones.

    A language without a built-in catalogue needs all of them.

    Args:
        own: name to text.

    Raises:
        DefinitionError: lists every string that is missing, unknown or has another
            placeholder than the English one.
    """
    base = built_in(language).strings if language in built_in_languages() else {}
    strings = {**base, **own}
    if faults := [*_faults(strings)]:
        noun = "fault" if len(faults) == 1 else "faults"
        raise DefinitionError(
            "\n".join([f"texts.{language}.pages: {len(faults)} {noun}", *faults])
        )
    return Catalogue(language, strings)


def thaw(language: str, strings: Mapping[str, str]) -> Catalogue:
    """A frozen catalogue; a string added to the server since then is built in."""
    known = language if language in built_in_languages() else REFERENCE_LANGUAGE
    return Catalogue(language, {**built_in(known).strings, **strings})


def for_script(strings: Mapping[str, str]) -> str:
    """Strings as JSON that may stand inside a page."""
    return json.dumps(strings, ensure_ascii=False).replace("<", "\\u003c")


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _faults(strings: Mapping[str, str]) -> Iterator[str]:
    reference = built_in(REFERENCE_LANGUAGE).strings
    for name in reference.keys() - strings.keys():
        yield f"  {name}: missing; in English it is {reference[name]!r}"
    for name in strings.keys() - reference.keys():
        near = ", ".join(get_close_matches(name, reference)) or "none"
        yield f"  {name}: there is no such string; close names: {near}"
    for name in strings.keys() & reference.keys():
        try:
            foreign = placeholders(strings[name]) - placeholders(reference[name])
        except ValueError as error:
            yield f"  {name}: {error}; write {{{{ for a brace"
            continue
        if foreign:
            yield f"  {name}: no value is given for {', '.join(sorted(foreign))}"
    if strings.get("language.direction") not in DIRECTIONS:
        yield f"  language.direction: must be one of {', '.join(DIRECTIONS)}"


def _flat(table: Mapping[str, Any], start: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{start}{key}.")
        else:
            yield f"{start}{key}", value.strip()
