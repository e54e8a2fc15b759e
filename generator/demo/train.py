"""Robust training of the embedded network, from scikit-image's photographs alone.

Each crop is first changed in the direction that harms its class most, within a ball of
fixed radius. A network that withstands this has gradients that look like the classes
themselves, and that is what feature accentuation climbs.

Source: Madry et al. (2018), Towards Deep Learning Models Resistant to Adversarial
    Attacks, arXiv 1706.06083; Engstrom et al. (2019), Adversarial Robustness as a
    Prior for Learned Representations, arXiv 1906.00945.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from generator.demo.augmentation import AugmentationConfig, augment
from generator.demo.crops import CropConfig, Crops, training_crops
from generator.demo.network import MEAN, STD, EmbeddedNetwork
from generator.demo.regions import CLASSES
from generator.errors import ConfigError

OnStep = Callable[[int, float], None]
"""Told the number of steps done and the loss of the last."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingConfig:
    """Everything the weights depend on."""

    steps: int = 1600
    """Optimization steps."""

    batch_size: int = 32
    """Crops per step."""

    learning_rate: float = 3e-3
    """AdamW step size at its largest; it falls to zero along a cosine."""

    weight_decay: float = 5e-4
    """AdamW weight decay, per unit of step size."""

    warm_up: float = 0.05
    """Share of the steps in which the step size rises."""

    max_gradient_norm: float = 5.0
    """Longer gradients are shortened to this."""

    attack_radius: float = 1.5
    """Largest L2 norm of the harmful change, for levels 0 to 1; each picture draws its
    own radius below it, so that faint textures are learned too. 0 trains without."""

    attack_growth: float = 0.15
    """Share of the steps in which the radius grows to its full size."""

    crops: CropConfig = field(default_factory=CropConfig)
    augmentation: AugmentationConfig = field(default_factory=AugmentationConfig)

    threads: int = 1
    """CPU threads: sums over more threads differ in the last bits."""

    rng_seed: int = 0
    """Seed of everything random."""

    def __post_init__(self) -> None:
        for name in ("steps", "batch_size", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"{name} must be at least 1; got {getattr(self, name)}"
                )
        if self.attack_radius < 0:
            raise ConfigError(
                f"attack_radius must be at least 0; got {self.attack_radius}"
            )

    def as_dict(self) -> dict[str, object]:
        """All settings, for the record in the weights file."""
        return dataclasses.asdict(self)


def train(config: TrainingConfig, on_step: OnStep | None = None) -> EmbeddedNetwork:
    """Train from scratch; the same config gives the same weights on one machine."""
    crops = training_crops(config.crops, np.random.default_rng(config.rng_seed))
    rng = Generator().manual_seed(config.rng_seed)
    with reproducible(config.threads):
        network = initialized_network(len(CLASSES), rng)
        optimizer = torch.optim.AdamW(
            network.parameters(), weight_decay=config.weight_decay
        )
        for step in range(config.steps):
            progress = step / config.steps
            set_learning_rate(optimizer, learning_rate_at(progress, config))
            pictures, classes = draw_batch(crops, config, rng)
            radius = draw_radius(progress, config, rng)
            if radius is not None:
                pictures = attacked(network, pictures, classes, radius=radius, rng=rng)
            optimizer.zero_grad()
            loss = add_gradients(network, pictures, classes)
            nn.utils.clip_grad_norm_(network.parameters(), config.max_gradient_norm)
            optimizer.step()
            if on_step is not None:
                on_step(step + 1, loss)
    return network.to(memory_format=torch.contiguous_format).eval()


def initialized_network(n_classes: int, rng: Generator) -> EmbeddedNetwork:
    """Weights that keep the variance of activations from stage to stage.

    Source: He et al. (2015), Delving Deep into Rectifiers, arXiv 1502.01852.
    """
    network = EmbeddedNetwork(n_classes)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=rng)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return network.to(memory_format=torch.channels_last)


def draw_batch(
    crops: Crops, config: TrainingConfig, rng: Generator
) -> tuple[Tensor, Tensor]:
    """Random crops, changed at random: (B, 3, 64, 64) in [0, 1], and their classes."""
    chosen = torch.randint(len(crops.pictures), (config.batch_size,), generator=rng)
    classes = crops.classes[chosen]
    pictures = augment(crops.pictures[chosen], classes, config.augmentation, rng)
    return pictures, classes


def draw_radius(
    progress: float, config: TrainingConfig, rng: Generator
) -> Tensor | None:
    """(B, 1, 1, 1) radius of the attack on each picture; None: no attack."""
    growth = min(1.0, progress / max(config.attack_growth, 1e-9))
    if config.attack_radius * growth == 0:
        return None
    share = torch.rand(config.batch_size, 1, 1, 1, generator=rng)
    return config.attack_radius * growth * share


def add_gradients(network: EmbeddedNetwork, pictures: Tensor, classes: Tensor) -> float:
    """Add the loss's gradients to the parameters' own; returns the loss."""
    loss = functional.cross_entropy(logits_of(network, pictures), classes)
    torch.autograd.backward(loss)
    return loss.item()


def attacked(
    network: EmbeddedNetwork,
    pictures: Tensor,
    classes: Tensor,
    *,
    radius: Tensor,
    rng: Generator,
) -> Tensor:
    """Pictures moved by one gradient step from a random start in the ball.

    Args:
        pictures: (B, 3, H, W) in [0, 1].
        radius: (B, 1, 1, 1) L2 norm of the largest change.

    Source: Wong, Rice & Kolter (2020), Fast Is Better than Free, arXiv 2001.03994
        (one step, random start); here in the L2 ball.
    """
    start = torch.randn(pictures.shape, generator=rng)
    share = torch.rand(len(pictures), 1, 1, 1, generator=rng)
    change = (start / norms(start) * share * radius).requires_grad_()
    logits = logits_of(network, pictures + change)
    loss = functional.cross_entropy(logits, classes, reduction="sum")
    (gradient,) = torch.autograd.grad(loss, change)
    moved = change.detach() + 1.5 * radius * gradient / norms(gradient)
    moved = moved * (radius / norms(moved)).clamp_max(1)
    harmed: Tensor = (pictures + moved).clamp(0, 1)
    return harmed


def norms(x: Tensor) -> Tensor:
    """(B, 1, 1, 1) L2 norm of each picture, never zero."""
    lengths: Tensor = x.flatten(1).norm(dim=1).clamp_min(1e-10)  # (B,)
    return lengths.view(-1, 1, 1, 1)


def logits_of(network: EmbeddedNetwork, pictures: Tensor) -> Tensor:
    """(B, n_classes) for pictures (B, 3, H, W) in [0, 1]."""
    mean = torch.tensor(MEAN)[:, None, None]
    std = torch.tensor(STD)[:, None, None]
    normalized = ((pictures - mean) / std).contiguous(memory_format=torch.channels_last)
    logits: Tensor = network(normalized)
    return logits


def learning_rate_at(progress: float, config: TrainingConfig) -> float:
    """Linear rise, then a cosine to zero; progress runs from 0 to 1."""
    rise = min(1.0, progress / max(config.warm_up, 1e-9) + 0.02)
    return config.learning_rate * rise * (1 + math.cos(math.pi * progress)) / 2


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Change the step size of all parameters."""
    for group in optimizer.param_groups:
        group["lr"] = rate


@contextmanager
def reproducible(threads: int) -> Iterator[None]:
    """A fixed number of threads and deterministic algorithms, for a while."""
    threads_before = torch.get_num_threads()
    was_deterministic = torch.are_deterministic_algorithms_enabled()
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.set_num_threads(threads_before)
        torch.use_deterministic_algorithms(was_deterministic)
