"""Time-based one-time passwords. Pure.

Source: RFC 6238 (TOTP) on RFC 4226 (HOTP), with the parameters that every
authenticator knows: HMAC-SHA-1, 30 s, 6 digits.
"""

import hashlib
import hmac
from base64 import b32encode
from urllib.parse import quote, urlencode

STEP_S = 30
N_DIGITS = 6
TOLERATED_STEPS = 1
"""A clock may be off by so many steps in both directions."""


def code_at(secret: bytes, step: int, *, n_digits: int = N_DIGITS) -> str:
    """The code of one time step.

    Args:
        step: number of whole steps since 1970.
    """
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0xF
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**n_digits:0{n_digits}}"


def matching_step(
    secret: bytes, code: str, *, at_s: float, after_step: int | None
) -> int | None:
    """The time step whose code it is, or None.

    Args:
        at_s: seconds since 1970.
        after_step: steps up to this one are spent: no code is taken twice.
    """
    now = int(at_s // STEP_S)
    found = None
    for step in range(now - TOLERATED_STEPS, now + TOLERATED_STEPS + 1):
        is_it = hmac.compare_digest(code_at(secret, step).encode(), code.encode())
        if is_it and (after_step is None or step > after_step):
            found = step
    return found


def secret_from(key: str, salt: str) -> bytes:
    """An account's secret; it follows from a key that is not in the database."""
    return hmac.digest(key.encode(), f"authenticator {salt}".encode(), hashlib.sha1)


def typed_secret(secret: bytes) -> str:
    """How people type it into an authenticator."""
    return b32encode(secret).decode().rstrip("=")


def address_of(secret: bytes, *, name: str, issuer: str = "Study server") -> str:
    """What an authenticator reads from a QR code."""
    facts = urlencode({"secret": typed_secret(secret), "issuer": issuer})
    return f"otpauth://totp/{quote(issuer)}:{quote(name)}?{facts}"
