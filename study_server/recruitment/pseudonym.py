"""What stands for a platform's id everywhere but in its own table. Pure.

The key lies outside of the database: who holds a copy of the database alone cannot try
ids one by one.
"""

import hashlib
import hmac

OWN_CODE_CHARACTERS = 6
OWN_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is taken for something else when read aloud or typed."""


def pseudonym(key: bytes, *parts: str) -> str:
    """HMAC-SHA-256 of the parts in hex; equal parts give equal pseudonyms.

    Args:
        parts: what is told apart, like family, platform and id; joined so that no two
            different lists are the same.
    """
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def own_code(key: bytes, code: str, session_id: str) -> str:
    """An outcome's code with an end that only this session has."""
    number = int(pseudonym(key, "code", session_id), 16)
    end = ""
    for _ in range(OWN_CODE_CHARACTERS):
        number, place = divmod(number, len(OWN_CODE_ALPHABET))
        end += OWN_CODE_ALPHABET[place]
    return f"{code}-{end}"
