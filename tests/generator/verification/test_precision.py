"""The check of lower precisions: what it says, and that it can fail."""

import pytest

from generator.search import precision_check
from tests.generator.toy_network import cancelling_module
from tests.generator.verification.checking import checked


def test_a_precision_that_suits_is_used_and_goes_on_to_suit() -> None:
    check = checked("precision")

    assert check.holds
    assert check.value is not None
    assert 0.99 <= check.value < 1
    assert "bfloat16 is used for 8 of 8 jobs" in check.detail


def test_a_precision_that_is_refused_fails_nothing() -> None:
    check = checked("precision", cancelling_module())

    assert check.holds
    assert "bfloat16 is used for 0 of " in check.detail


def test_a_precision_let_through_where_it_is_wrong_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(precision_check, "LEAST_COSINE", -1.0)

    check = checked("precision", cancelling_module())

    assert check.value is not None
    assert check.value < 0.99
    assert not check.holds
