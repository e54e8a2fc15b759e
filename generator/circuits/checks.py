"""What must hold of the measure itself before it may say anything of pictures."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import torch
from torch import nn

from generator.circuits.attribution import completeness_errors
from generator.circuits.coherence import Scale
from generator.circuits.measure import Measured
from generator.circuits.rows import KindRow
from generator.circuits.similarity import Floats
from generator.features import FeatureId
from generator.networks import Network, Preprocessing

COMPLETENESS = 1e-4
IDENTITY = 1e-9
SHUFFLED = 0.1
RANDOM_GAP = 0.1
SENSITIVITY_AUC = 0.9

Found = TypeVar("Found")


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """One check, its number and its bound."""

    id: str
    layer: str | None
    """None: of the measure as a whole."""

    value: float
    """NaN where it could not be taken; the check then does not hold."""

    bound: str
    holds: bool
    is_required: bool = True
    """Whether results mean nothing without it."""

    n_undefined: int = 0
    """Features without a score, where that counts as holding."""

    def as_record(self) -> dict[str, Any]:
        """As JSON stores it."""
        return {
            "id": self.id,
            "layer": self.layer,
            "value": self.value if np.isfinite(self.value) else None,
            "bound": self.bound,
            "holds": self.holds,
            "is_required": self.is_required,
            "n_undefined": self.n_undefined,
        }


def check_completeness() -> Check:
    """Attributions add up to the activation, on a bias-free network made here."""
    network = _bias_free_network()
    rng = np.random.default_rng(0)
    pictures = torch.from_numpy(rng.random((8, 3, 24, 24), dtype=np.float32))
    layers = ["conv1", "act1", "pool1", "conv2", "act2"]
    errors = completeness_errors(network, pictures, FeatureId("logit", "0"), layers)
    value = max(float(np.nanmax(found)) for found in errors.values())
    return Check(
        id="completeness",
        layer=None,
        value=value,
        bound=f"< {COMPLETENESS:g}",
        holds=value < COMPLETENESS,
    )


def report_completeness(errors: Sequence[Mapping[str, Floats]]) -> list[Check]:
    """The same on the network at hand; its biases may take any share.

    Args:
        errors: of each feature, by layer, from `completeness_errors`.
    """
    checks = []
    for layer, found in _by_layer(errors).items():
        value = _mean([float(error) for values in found for error in values])
        checks.append(
            Check(
                id="completeness_of_network",
                layer=layer,
                value=value,
                bound=f"< {COMPLETENESS:g} without biases",
                holds=value < COMPLETENESS,
                is_required=False,
            )
        )
    return checks


def check_measured(measured: Sequence[Measured]) -> list[Check]:
    """Identity, scale, shuffled channels, and sensitivity to adversarial pictures."""
    laws = _by_layer([feature.laws for feature in measured])
    every = [law for found in laws.values() for law in found]
    checks = [
        _below("identity", None, max(law.identity_error for law in every), IDENTITY),
        _below("scale", None, max(law.scale_error for law in every), IDENTITY),
    ]
    for layer, found in laws.items():
        mean = _mean([law.shuffled_similarity for law in found])
        checks.append(_below("shuffled_channels", layer, abs(mean), SHUFFLED))
    kinds = [row for feature in measured for row in feature.kinds]
    return checks + [_sensitivity(layer, kinds) for layer in laws]


def check_random_weights(scales: Sequence[Mapping[str, Scale]]) -> list[Check]:
    """With random weights, photographs of a feature should share no circuit.

    The value is the mean gap between ceiling and floor, 0 where it is undefined.

    Args:
        scales: of each feature, by layer, measured on an untrained network.
    """
    return [
        replace(
            _below(
                "random_weights",
                layer,
                float(np.mean([_gap(scale) for scale in found])),
                RANDOM_GAP,
            ),
            n_undefined=sum(not scale.is_defined for scale in found),
        )
        for layer, found in _by_layer(scales).items()
    ]


def _by_layer(features: Sequence[Mapping[str, Found]]) -> dict[str, list[Found]]:
    """What was found of each feature, by layer."""
    layers: dict[str, list[Found]] = {}
    for feature in features:
        for layer, found in feature.items():
            layers.setdefault(layer, []).append(found)
    return layers


def failed_at(checks: Sequence[Check], layer: str) -> list[Check]:
    """The required checks that do not hold for a layer, or for the whole measure."""
    return [
        check
        for check in checks
        if check.is_required and not check.holds and check.layer in {None, layer}
    ]


def verdicts(checks: Sequence[Check]) -> Mapping[str, list[Check]]:
    """For each layer what failed; nothing failed: the layer is informative."""
    layers = dict.fromkeys(check.layer for check in checks if check.layer)
    return {layer: failed_at(checks, layer) for layer in layers}


def _sensitivity(layer: str, kinds: Sequence[KindRow]) -> Check:
    values = [
        row.auc_natural_above
        for row in kinds
        if (row.layer, row.kind, row.similarity) == (layer, "adversarial", "pearson")
    ]
    mean = _mean(values)
    return Check(
        id="sensitivity",
        layer=layer,
        value=mean,
        bound=f"> {SENSITIVITY_AUC:g}",
        holds=mean > SENSITIVITY_AUC,
    )


def _below(name: str, layer: str | None, value: float, bound: float) -> Check:
    return Check(
        id=name, layer=layer, value=value, bound=f"< {bound:g}", holds=value < bound
    )


def _gap(scale: Scale) -> float:
    return scale.ceiling - scale.floor if scale.is_defined else 0.0


def _mean(values: Sequence[float]) -> float:
    known = [value for value in values if value == value]
    return float(np.mean(known)) if known else float("nan")


def _bias_free_network() -> Network:
    """Convolutions, in-place ReLUs, pooling and a readout, none with a bias."""
    module = nn.Sequential(
        OrderedDict[str, nn.Module](
            conv1=nn.Conv2d(3, 8, 3, bias=False),
            act1=nn.ReLU(inplace=True),
            pool1=nn.MaxPool2d(2),
            conv2=nn.Conv2d(8, 12, 3, bias=False),
            act2=nn.ReLU(inplace=True),
            pool2=nn.AdaptiveAvgPool2d(1),
            flat=nn.Flatten(),
            readout=nn.Linear(12, 4, bias=False),
        )
    )
    rng = np.random.default_rng(0)
    with torch.no_grad():
        for weight in module.parameters():
            drawn = rng.normal(0.1, 0.3, tuple(weight.shape)).astype(np.float32)
            weight.copy_(torch.from_numpy(drawn))
    return Network(
        name="bias-free",
        module=module.eval(),
        preprocessing=Preprocessing(
            input_px=24, resize_px=24, mean=(0.5, 0.5, 0.5), std=(0.25, 0.25, 0.25)
        ),
        labels=("0", "1", "2", "3"),
        weights_sha256="0" * 64,
    )
