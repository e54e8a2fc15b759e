"""One picture that an experiment wants made, and one that was."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from torch import Tensor

from generator.accentuation import Accentuation
from generator.accentuation_job import AccentuationJob
from generator.config import AccentuationConfig
from generator.features import Feature
from generator.networks import Network
from generator.zoo.random_weights import randomized

Kind = Literal[
    "natural", "accentuation", "masked_accentuation", "feature_visualization"
]
Status = Literal["made", "no_gradient", "target_not_reached"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RandomWeights:
    """The network with layers initialized anew, counted from its output backwards."""

    rng_seed: int
    n_layers_from_top: int | None
    """None: all of them."""

    def of(self, network: Network) -> Network:
        """A copy with those weights; the network given stays as it is."""
        module = randomized(
            network.module,
            rng_seed=self.rng_seed,
            n_layers_from_top=self.n_layers_from_top,
        )
        name = f"{network.name} ({self})"
        return replace(network, module=module.eval().requires_grad_(False), name=name)

    def __str__(self) -> str:
        if self.n_layers_from_top is None:
            return "all layers random"
        if self.n_layers_from_top == 1:
            return "top layer random"
        return f"top {self.n_layers_from_top} layers random"


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Trial:
    """An accentuation to be made."""

    label: str
    """Over the picture on the sheet."""

    job: AccentuationJob
    config: AccentuationConfig
    setting: Mapping[str, Any] = field(default_factory=dict)
    """Columns of the table that only this experiment has."""

    weights: RandomWeights | None = None
    """In place of the network's own."""

    feature: Feature | None = None
    """What is reported, where the search climbs a multiple of it."""

    multiple: float = 1.0
    """The job's feature over the one that is reported."""

    @property
    def shown_feature(self) -> Feature:
        return self.feature or self.job.feature

    def in_shown_units(self, made: Accentuation) -> Accentuation:
        """The result in the units of the feature that is reported."""
        metrics = replace(
            made.metrics,
            activation_before=made.activation_before / self.multiple,
            activation_after=made.activation_after / self.multiple,
        )
        return replace(made, metrics=metrics, balance=made.balance / self.multiple)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Shown:
    """A picture as table and sheet show it."""

    label: str
    kind: Kind
    photograph: str
    """Name of the seed image; empty where there is none."""

    feature: Feature
    image: Tensor | None
    """(3, H, W) in [0, 1]; None where no picture could be made."""

    activation_before: float | None
    activation_after: float | None
    suppress: bool = False
    status: Status = "made"
    made: Accentuation | None = None
    """Where it is an accentuation: what was measured of it."""

    opacity_map: Tensor | None = None
    """(H, W), if it belongs to this very picture."""

    setting: Mapping[str, Any] = field(default_factory=dict)
    caption: tuple[str, ...] = ()
    """Further lines under the picture."""

    weights: RandomWeights | None = None
    rng_seed: int | None = None

    file_label: str = ""
    """In the file's name, in place of the label."""


def shown_accentuation(
    trial: Trial,
    made: Accentuation,
    *,
    status: Status = "made",
    setting: Mapping[str, Any] | None = None,
    caption: tuple[str, ...] = (),
    is_midway: bool = False,
) -> Shown:
    """A finished trial.

    Args:
        setting: columns of the table beyond those of the trial.
        caption: further lines under the picture.
        is_midway: the picture is one on the way, so that the opacity map, which sums
            the whole way, is not its own.
    """
    return Shown(
        label=trial.label,
        kind="accentuation",
        photograph=trial.job.name,
        feature=trial.shown_feature,
        image=made.image,
        activation_before=made.activation_before,
        activation_after=made.activation_after,
        suppress=trial.job.suppress,
        status=status,
        made=made,
        opacity_map=None if is_midway else made.opacity_map,
        setting={**trial.setting, **(setting or {})},
        caption=caption,
        weights=trial.weights,
        rng_seed=trial.job.rng_seed,
    )


def shown_refusal(trial: Trial) -> Shown:
    """A trial whose feature responds to no change of its photograph."""
    return Shown(
        label=trial.label,
        kind="accentuation",
        photograph=trial.job.name,
        feature=trial.shown_feature,
        image=None,
        activation_before=None,
        activation_after=None,
        suppress=trial.job.suppress,
        status="no_gradient",
        setting=trial.setting,
        caption=("no gradient: nothing to bring out",),
        weights=trial.weights,
        rng_seed=trial.job.rng_seed,
    )
