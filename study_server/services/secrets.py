"""Random ids, and what is stored in place of a secret. No Flask."""

import hashlib
from random import Random


def new_id(rng: Random) -> str:
    """128 random bits in hex."""
    return f"{rng.getrandbits(128):032x}"


def hash_token(token: str) -> str:
    """What is stored in place of a browser's secret."""
    return hashlib.sha256(token.encode()).hexdigest()
