"""The way of a search: the picture at some of its steps."""

from dataclasses import dataclass

import torch
from torch import Tensor

from generator.config import SearchConfig
from generator.parameterization import Parameterization
from generator.photographs import quantize
from generator.search.optimize import Iterate


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Snapshot:
    """One picture on the way."""

    n_steps: int
    """Updates it has had; 0 is the start."""

    image: Tensor
    """(3, H, W) in [0, 1], in the 256 levels that a PNG keeps; on the CPU."""


class Trajectory:
    """Keeps the pictures of evenly spaced steps, the first and the last among them."""

    def __init__(
        self, parameterization: Parameterization, config: SearchConfig
    ) -> None:
        self._parameterization = parameterization
        frames = config.trajectory_frames
        last = max(1, frames - 1)
        self._wanted = {round(i * config.steps / last) for i in range(frames)}
        self._seen: list[tuple[int, Tensor]] = []

    def see(self, here: Iterate) -> bool:
        """Keep this iterate's pictures if they are wanted; never ends the search."""
        if here.n_steps in self._wanted:
            with torch.no_grad():
                images = self._parameterization.to_image(here.parameters)
            self._seen.append((here.n_steps, quantize(images).cpu()))
        return False

    def of(self, job: int) -> tuple[Snapshot, ...]:
        """The snapshots of one job, in order."""
        return tuple(
            Snapshot(n_steps=n_steps, image=images[job])
            for n_steps, images in self._seen
        )
