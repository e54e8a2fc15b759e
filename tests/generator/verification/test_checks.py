"""Each check holds for an honest network, and fails when the network breaks it."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from generator.cli import main
from generator.errors import ConfigError
from generator.search import opacity
from generator.verification.check import Bound, Measured, Rule, run_rule
from generator.verification.registry import RULES, chosen_rules
from generator.verification.subject import Subject, subject_of
from tests.generator.toy_network import toy_module, toy_network
from tests.generator.verification.checking import checked

SLOW_OR_NOT_OF_THE_TOY = {"balance.rng_seeds"}


@pytest.mark.parametrize(
    "id_", [rule.id for rule in RULES if rule.id not in SLOW_OR_NOT_OF_THE_TOY]
)
def test_every_check_holds_for_a_smooth_network(id_: str) -> None:
    check = checked(id_)

    assert check.holds, check.detail


class Drifting(nn.Module):
    """Counts its calls in an attribute, which nobody can put back."""

    def __init__(self) -> None:
        super().__init__()
        self.body = toy_module()
        self.n_calls = 0

    def forward(self, images: Tensor) -> Tensor:
        self.n_calls += 1
        logits: Tensor = self.body(images)
        return logits


@pytest.mark.parametrize(
    "id_", ["untouched", "untouched.exception", "untouched.interrupt"]
)
def test_a_hidden_count_that_drifts_is_seen(id_: str) -> None:
    check = checked(id_, Drifting())

    assert not check.holds
    assert "n_calls" in check.detail


class Random(nn.Module):
    """Adds noise from torch's global generator."""

    def __init__(self) -> None:
        super().__init__()
        self.body = toy_module()

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.body(images)
        return logits + 0.1 * torch.rand_like(logits) * images.mean()


@pytest.mark.parametrize(
    "id_",
    ["same_bytes", "batch_invariance", "batch_invariance.deterministic"],
)
def test_a_network_of_chance_is_seen(id_: str) -> None:
    assert not checked(id_, Random()).holds


class OwnGradient(torch.autograd.Function):
    """Says its slope is a tenth more than it is."""

    @staticmethod
    def forward(_context: Any, values: Tensor) -> Tensor:
        return values.clone()

    @staticmethod
    def backward(_context: Any, slope: Tensor) -> Tensor:
        return 1.1 * slope


class Lying(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.body = toy_module()

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.body(OwnGradient.apply(images))
        return logits


@pytest.mark.parametrize("id_", ["gradient.fourier", "gradient.pixel"])
def test_a_wrong_gradient_is_seen(id_: str) -> None:
    check = checked(id_, Lying())

    assert check.value == pytest.approx(0.1, rel=1e-3)
    assert not check.holds


class Companionable(nn.Module):
    """Answers differ with the size of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.body = toy_module()

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.body(images)
        return logits * images.mean(0, keepdim=True).add(1.0).mean()


def test_a_network_that_mixes_its_batch_is_seen() -> None:
    assert not checked("batch_invariance", Companionable()).holds


class SinglePrecision(nn.Module):
    """Rounds to float32 inside, whatever it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.body = toy_module()

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.body(images)
        return logits.float().to(logits.dtype)


def test_rounding_to_float32_inside_a_float64_network_is_seen() -> None:
    assert not checked("gradient.fourier", SinglePrecision()).holds


def test_a_check_that_raises_fails_and_says_why() -> None:
    def fail(_subject: Subject) -> Measured:
        raise ValueError("no such thing")

    rule = Rule(
        id="any", target="A0", sentence="value", bound=Bound(high=1), measure=fail
    )

    check = run_rule(rule, subject_of(toy_network()))

    assert not check.holds
    assert check.value is None
    assert check.detail == "ValueError: no such thing"
    assert check.as_json()["value"] is None


@pytest.mark.parametrize(
    ("value", "bound", "holds"),
    [
        (1.0, Bound(high=1.0), True),
        (1.1, Bound(high=1.0), False),
        (float("nan"), Bound(high=1.0), False),
        (0.9, Bound(low=0.95, high=1.05), False),
        (1.0, Bound(low=0.95, high=1.05), True),
    ],
)
def test_bounds_hold_up_to_and_including_themselves(
    value: float, bound: Bound, holds: bool
) -> None:
    assert bound.holds_for(value) is holds


def test_a_family_of_checks_can_be_chosen_and_a_typo_is_refused() -> None:
    assert {rule.id for rule in chosen_rules(["untouched"])} == {
        "untouched",
        "untouched.exception",
        "untouched.interrupt",
    }
    assert chosen_rules([]) == list(RULES)
    with pytest.raises(ConfigError, match="close names: gradient"):
        chosen_rules(["gradients"])


def test_json_is_all_that_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["verify", "--check", "algebra", "--check", "round_trip", "--json"])

    found: Mapping[str, Any] = json.loads(capsys.readouterr().out)
    assert code == 0
    assert found["holds"] is True
    assert {"id", "value", "bound", "holds"} <= found["checks"][0].keys()
    assert found["checks"][-1]["id"] == "algebra"


def test_one_failure_makes_the_exit_code_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        opacity.OpacityAccumulator, "corrected", lambda self: self.raw.mean(1)
    )

    code = main(["verify", "--check", "opacity_map"])

    assert code == 1
    assert "FAILS  opacity_map" in capsys.readouterr().out
