"""One-time passwords are those of the standard."""

import pytest

from study_server.services.totp import (
    STEP_S,
    address_of,
    code_at,
    matching_step,
    typed_secret,
)

SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("at_s", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(at_s: int, code: str) -> None:
    """8.2; RFC 6238, Appendix B, SHA-1."""
    assert code_at(SECRET, at_s // STEP_S, n_digits=8) == code


@pytest.mark.parametrize(("off_s", "is_taken"), [(-30, True), (30, True), (61, False)])
def test_a_clock_may_be_one_step_off(off_s: int, is_taken: bool) -> None:
    """8.2"""
    code = code_at(SECRET, (600 + off_s) // STEP_S)

    found = matching_step(SECRET, code, at_s=600, after_step=None)

    assert (found is not None) is is_taken


def test_no_step_is_used_twice() -> None:
    """8.2"""
    code = code_at(SECRET, 20)

    assert matching_step(SECRET, code, at_s=600, after_step=19) == 20
    assert matching_step(SECRET, code, at_s=600, after_step=20) is None


@pytest.mark.parametrize("code", ["", "12345", "００００００", "1234567"])
def test_what_is_no_code_matches_nothing(code: str) -> None:
    assert matching_step(SECRET, code, at_s=600, after_step=None) is None


def test_an_authenticator_reads_name_and_secret_from_the_address() -> None:
    address = address_of(SECRET, name="ada & bob")

    assert address.startswith("otpauth://totp/Study%20server:ada%20%26%20bob?")
    assert f"secret={typed_secret(SECRET)}" in address
