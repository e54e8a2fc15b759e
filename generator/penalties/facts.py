"""What a result says of the terms that held its search back. No torch."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class PenaltyFacts:
    """One term."""

    name: str
    """Its distance and layer, or what it computes of the picture."""

    weight: float
    """Share of λ."""

    balance: float
    """b of this term."""
