"""Pictures compared at one activation: the one on a search's way that has it.

`activation_levels` searches for levels that are known before. Here the level comes out
of the searches themselves (what all of them reached), so they keep every step.
"""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from generator.accentuation import Accentuation
from generator.activations import feature_activations
from generator.config import AccentuationConfig
from generator.feature_lookup import find_objective
from generator.features import Feature
from generator.metrics import measure_pictures
from generator.networks import Network
from generator.photographs import quantize

_HALVINGS = 12


def keeping_way(config: AccentuationConfig) -> AccentuationConfig:
    """The same search, with the picture of every step kept."""
    return config.with_changes(trajectory_frames=config.steps + 1)


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Way:
    """A finished search and the feature's activation at each of its steps."""

    made: Accentuation
    """Without its trajectory."""

    feature: Feature
    levels: Tensor
    """(S,) activation of the picture of each step, the seed image's first."""

    frames: Tensor
    """(S, 3, H, W) uint8."""

    @classmethod
    def of(cls, network: Network, made: Accentuation, feature: Feature) -> "Way":
        """Measure the pictures of every step; see `keeping_way`."""
        frames = torch.stack([snapshot.image for snapshot in made.trajectory])
        return cls(
            made=replace(made, trajectory=()),
            feature=feature,
            levels=feature_activations(network, frames, [feature])[:, 0],
            frames=(frames * 255).round().to(torch.uint8),
        )

    def picture_at(self, network: Network, level: float) -> tuple[Accentuation, bool]:
        """The picture on the way with this activation, measured as it would be saved.

        Between the first two steps whose activations straddle the level, the two
        pictures are mixed; the share is found by halving. Each value of the mixture is
        rounded up or down by a chance of its own, the same for every share: neighbors
        on the way often differ by a single level.

        Returns:
            The picture, and whether the level was reached; where it was not, the
            picture nearest to it.
        """
        above = self.levels >= level
        crossings = (above[1:] != above[:-1]).nonzero()[:, 0].tolist()
        if not crossings:
            nearest = int((self.levels.double() - level).abs().argmin())
            return self._measured(network, self._frame(nearest)), False
        step = crossings[0]
        return self._measured(network, self._mixed(network, step, level)), True

    def _frame(self, step: int) -> Tensor:
        return self.frames[step].float() / 255

    def _mixed(self, network: Network, step: int, level: float) -> Tensor:
        start, end = self._frame(step), self._frame(step + 1)
        is_rising = bool(self.levels[step + 1] > self.levels[step])
        low, high = 0.0, 1.0
        best, least = start, float("inf")
        rng = self.made.job.streams().rng("init")
        chance = torch.from_numpy(rng.random(tuple(start.shape))).float()
        for _ in range(_HALVINGS):
            share = (low + high) / 2
            levels = 255 * torch.lerp(start, end, share)
            picture = torch.floor(levels + chance).clamp(0, 255) / 255
            found = float(feature_activations(network, picture[None], [self.feature]))
            if abs(found - level) < least:
                best, least = picture, abs(found - level)
            if (found < level) == is_rising:
                low = share
            else:
                high = share
        return best

    def _measured(self, network: Network, picture: Tensor) -> Accentuation:
        (metrics,) = measure_pictures(
            network,
            picture[None],
            quantize(self.made.job.seed_image.cpu().float())[None],
            [find_objective(network, self.feature)],
            layers=self.made.metrics.latent,
        )
        return replace(self.made, image=picture, metrics=metrics)


def common_level(ways: list[Way]) -> float:
    """The highest activation that every search reached."""
    return min(float(way.levels.max()) for way in ways)
