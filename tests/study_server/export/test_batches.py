"""What the database stores becomes plain values, whole columns at a time."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import JSON, BigInteger, String

from study_server.export.batches import conversion
from study_server.export.cells import plain_text
from study_server.export.column import Column
from study_server.models import UtcDateTime

TEXT = Column(name="x", type="text", meaning="Anything.")
AWKWARD = st.text(alphabet='ab"[]{},| \\\n\u00e9', max_size=5)


@given(st.lists(st.lists(AWKWARD, max_size=3), min_size=1, max_size=4))
def test_lists_are_joined_whatever_is_in_them(lists: list[list[str]]) -> None:
    stored = [json.dumps(each) for each in lists]

    joined = conversion(TEXT, JSON())(stored)

    assert list(joined) == ["|".join(each) for each in lists]
    assert list(conversion(TEXT, JSON())(lists)) == list(joined)  # PostgreSQL's


@pytest.mark.parametrize(
    ("value", "text"),
    [([1, 2], "1|2"), (["a", 1], "a|1"), ({"b": [], "a": 1}, '{"a": 1, "b": []}')],
)
def test_other_documents_are_written_as_ever(value: object, text: str) -> None:
    convert = conversion(TEXT, JSON())

    assert list(convert([json.dumps(value), '["x"]', None])) == [text, "x", None]


def test_moments_of_both_databases_are_written_alike() -> None:
    moment = datetime(2024, 5, 1, 9, 30, 15, 250_000, tzinfo=UTC)
    convert = conversion(TEXT, UtcDateTime())
    stored = "2024-05-01 09:30:15.250000"

    texts = [*convert([stored, stored]), *convert([stored, None]), *convert([moment])]

    expected = plain_text(moment)
    assert texts == [expected, expected, expected, None, expected]


def test_numbers_too_long_for_a_spreadsheet_are_texts() -> None:
    assert list(conversion(TEXT, BigInteger())([2**62, None])) == [str(2**62), None]


def test_texts_are_left_alone() -> None:
    assert conversion(TEXT, String())(["=1+1"]) == ["=1+1"]
