"""Do combined features respond as their parts say?"""

from collections.abc import Callable
from typing import Any

import torch

from generator.activations import feature_activations
from generator.feature_text import parse_feature
from generator.verification.check import Bound, Measured, Rule
from generator.verification.subject import Subject

_CASES: tuple[tuple[str, Callable[[Any, Any], Any]], ...] = (
    ("a - b", lambda a, b: a - b),
    ("a + 2 b", lambda a, b: a + 2.0 * b),
    ("-a", lambda a, _: -a),
    ("a b", lambda a, b: a * b),
    ("a / 4", lambda a, _: a / 4.0),
    ("a²", lambda a, _: a**2.0),
)
"""Each works on features and on numbers alike."""


def _algebra(subject: Subject) -> Measured:
    a, b = subject.feature, subject.rival
    texts = [str(a), str(b)]
    combined = [case(a, b) for _, case in _CASES]
    read_again = [parse_feature(str(feature)) for feature in combined]
    responses = feature_activations(
        subject.network, subject.canvases, [a, b, *combined, *read_again, a, b]
    )  # (B, F) float32
    read_at = 2 + len(_CASES)
    alone, made, read = (
        responses[:, columns]
        for columns in (slice(2), slice(2, read_at), slice(read_at, None))
    )
    wanted = torch.stack([case(*alone.unbind(1)) for _, case in _CASES], dim=1)
    errors = (made - wanted).abs().amax(0)
    again = (read - torch.cat([wanted, alone], dim=1)).abs().max()
    if [str(a), str(b)] != texts:
        raise ValueError(f"operands changed from {texts} to {[str(a), str(b)]}")
    wrong = [name for (name, _), error in zip(_CASES, errors, strict=True) if error > 0]
    return Measured(
        value=float(torch.maximum(errors.max(), again)),
        detail=f"a = {a}, b = {b}; not exact: {', '.join(wrong) or 'none'}",
    )


RULES = (
    Rule(
        id="algebra",
        target="A3",
        sentence="Sums, differences, products and powers of features, also written "
        "as text and read again, are off the same sum of responses by value.",
        bound=Bound(high=0.0),
        measure=_algebra,
    ),
)
