"""Lines of keys, worked out by counting."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_server.design.toml_lines import lines_of_keys

TEXT = '''\
# a comment with [brackets] = "and quotes"
preset = "imi2023"

[study]
title = """
two lines, [not.a.table]
x = 1"""
n.slots = 3 # dotted
"quoted key" = 'it # is'

[[outcomes]]
name = "completed"

[[outcomes]]
name = "withdrawn"
code = "A=B"
[outcomes.more]
x = 1

[design]
conditions = [
  "natural",  # one
  # a comment ] inside
  "seed_only",
]
strata = { near = 1, far = [2, 3] }
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("preset",), 2),
        (("study",), 4),
        (("study", "title"), 5),
        (("study", "n", "slots"), 8),
        (("study", "quoted key"), 9),
        (("outcomes", 0), 11),
        (("outcomes", 0, "name"), 12),
        (("outcomes", 1), 14),
        (("outcomes", 1, "code"), 16),
        (("outcomes", 1, "more"), 17),
        (("outcomes", 1, "more", "x"), 18),
        (("design", "conditions"), 21),
        (("design", "conditions", 0), 22),
        (("design", "conditions", 1), 24),
        (("design", "strata", "near"), 26),
        (("design", "strata", "far", 1), 26),
    ],
)
def test_each_key_has_its_line(path: tuple[str | int, ...], line: int) -> None:
    assert lines_of_keys(TEXT)[path] == line


def test_nothing_is_found_that_is_not_there() -> None:
    assert set(lines_of_keys(TEXT)) == set(paths_in(tomllib.loads(TEXT)))


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc"))),
        max_size=4,
    )
)
def test_any_text_in_a_value_is_walked_over(texts: list[str]) -> None:
    lines = [f"key{i} = {quoted(text)}" for i, text in enumerate(texts)]

    found = lines_of_keys("\n".join(lines))

    assert found == {(f"key{i}",): i + 1 for i in range(len(texts))}


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def paths_in(value: Any, path: tuple[str | int, ...] = ()) -> list[Any]:
    """Every path of read TOML, tables and lists included."""
    if isinstance(value, dict):
        inner = [p for key, v in value.items() for p in paths_in(v, (*path, key))]
    elif isinstance(value, list):
        inner = [p for i, v in enumerate(value) for p in paths_in(v, (*path, i))]
    else:
        inner = []
    return [path, *inner] if path else inner
