"""On which line of a TOML text each key stands. Pure.

The standard library's reader tells values but not their places. This walks over a text
that it has already read without complaint, so that only places are worked out here.
"""

import re
from collections import Counter

Path = tuple[str | int, ...]
"""Keys and, in lists, numbers from 0: `("outcomes", 1, "code")`."""

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}'
    r"|'''.*?'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'",
    re.DOTALL,
)
ATOM = re.compile(r"[^,\]}#\n]+")


def lines_of_keys(text: str) -> dict[Path, int]:
    """Path to line number, from 1, of every key and list element of valid TOML.

    A table's line is that of its header, or of its first key where it has none.
    """
    return _Walk(text).lines


class _Walk:
    """One pass over a text; `at` is the next character."""

    def __init__(self, text: str) -> None:
        self.text = text.removeprefix("\ufeff")
        self.at = 0
        self.lines: dict[Path, int] = {}
        self.n_elements: Counter[Path] = Counter()
        table: Path = ()
        while self._skip_blank():
            if self._next_is("["):
                table = self._header()
            else:
                self._key_and_value(table)

    def _skip_blank(self) -> bool:
        """Go past white space and comments; whether anything is left."""
        match = BLANK.match(self.text, self.at)
        self.at = match.end() if match else self.at
        return self.at < len(self.text)

    def _next_is(self, character: str) -> bool:
        return self.text.startswith(character, self.at)

    def _note(self, path: Path) -> None:
        line = self.text.count("\n", 0, self.at) + 1
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)

    def _header(self) -> Path:
        is_list = self._next_is("[[")
        start = self.at
        self.at += 2 if is_list else 1
        keys = self._keys()
        self._skip_blank()
        end, self.at = self.at + (2 if is_list else 1), start
        path = self._in_newest_elements(keys[:-1])
        path = (*path, keys[-1]) if is_list else self._in_newest_elements(keys)
        if is_list:
            self.n_elements[path] += 1
            path = (*path, self.n_elements[path] - 1)
        self._note(path)
        self.at = end
        return path

    def _in_newest_elements(self, keys: list[str]) -> Path:
        """A header's keys, each list of tables followed by its newest number."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            if count := self.n_elements[path]:
                path = (*path, count - 1)
        return path

    def _keys(self) -> list[str]:
        """A dotted key, each part bare or quoted."""
        keys = []
        while True:
            self._skip_blank()
            match = STRING.match(self.text, self.at) or BARE_KEY.match(
                self.text, self.at
            )
            if match is None:
                raise ValueError(f"no key at character {self.at}: not valid TOML")
            word = match.group()
            keys.append(word[1:-1] if word[0] in "\"'" else word)
            self.at = match.end()
            self._skip_blank()
            if not self._next_is("."):
                return keys
            self.at += 1

    def _key_and_value(self, table: Path) -> None:
        self._skip_blank()
        start = self.at
        path = (*table, *self._keys())
        end, self.at = self.at, start
        self._note(path)
        self.at = end + 1  # past the equals sign
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        if self._next_is("["):
            self._list(path)
        elif self._next_is("{"):
            self._inline_table(path)
        else:
            match = STRING.match(self.text, self.at) or ATOM.match(self.text, self.at)
            self.at = match.end() if match else self.at + 1

    def _list(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._skip_blank() and not self._next_is("]"):
            self._note((*path, number))
            self._value((*path, number))
            number += 1
            self._skip_comma()
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self._skip_blank() and not self._next_is("}"):
            self._key_and_value(path)
            self._skip_comma()
        self.at += 1

    def _skip_comma(self) -> None:
        self._skip_blank()
        if self._next_is(","):
            self.at += 1
