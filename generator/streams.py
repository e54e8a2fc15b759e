"""Randomness that depends on nothing but its own key. No torch, no global state."""

import hashlib
from dataclasses import dataclass
from typing import Literal

import numpy as np

from generator.errors import ConfigError

Purpose = Literal[
    "init",
    "crop",
    "noise",
    "balance",
    "balance_crop",
    "balance_noise",
    "evaluation_crop",
    "evaluation_noise",
]
"""What the numbers are for; each purpose has a stream of its own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStreams:
    """The random streams of one job, whatever batch, order or machine it runs in."""

    rng_seed: int

    job_id: str
    """Hash of what the job is about."""

    def __post_init__(self) -> None:
        if self.rng_seed < 0:
            raise ConfigError(f"rng_seed must not be negative; got {self.rng_seed}")

    def rng(self, purpose: Purpose, step: int = 0) -> np.random.Generator:
        """A counter-based generator (Philox) keyed by seed, job, purpose and step."""
        key = int.from_bytes(self._key(purpose, step)[:16])
        return np.random.Generator(np.random.Philox(key=key))

    def device_key(self, purpose: Purpose, step: int = 0) -> int:
        """63 bits that a device's own counter-based generator is keyed with."""
        return int.from_bytes(self._key(purpose, step)[16:24]) >> 1

    def _key(self, purpose: Purpose, step: int) -> bytes:
        text = f"{self.rng_seed}/{self.job_id}/{purpose}/{step}"
        return hashlib.sha256(text.encode()).digest()


def content_id(*parts: str | bytes) -> str:
    """A hash of a job's content; parts cannot run into each other."""
    digest = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        digest.update(len(raw).to_bytes(8))
        digest.update(raw)
    return digest.hexdigest()[:16]
