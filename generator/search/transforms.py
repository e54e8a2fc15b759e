"""One random draw: crop, noise, resize, the network's range; for many jobs at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from generator.networks import Preprocessing
from generator.search.bands import Bands
from generator.search.choices import CropOutside
from generator.search.config import SearchConfig
from generator.search.crop_laws import Boxes, crop_boxes, jitters
from generator.search.line_weights import Edge, Stretches, aligned, half_pixel
from generator.search.noise import noise_of
from generator.search.resampling import (
    Sampling,
    SquareCrops,
    TurnedViews,
    turned_views,
)
from generator.search.stratified import Stratified
from generator.streams import JobStreams, Purpose


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Draws:
    """T random draws for each of J jobs."""

    sampling: Sampling
    """The crops and their resize."""

    boxes: Tensor
    """(J, T, 3) float64, what was drawn: side, top and left as fractions of the
    canvas; by the law `jitter` (J, T, 6), see `crop_laws.jitters`."""

    noise: Tensor
    """(J, T, 3, M, M), image units, as the network gets it."""

    crop_noise: Tensor | None
    """(J, T, 3, H, W), image units: what was added to the canvas before the resize;
    `noise` is made of it. None: the noise was drawn at the network's input."""

    outside: CropOutside | None
    """What crops see beyond the canvas. None: they stay inside."""

    value_range: tuple[float, float] | None
    """Black and white as the network gets them. None: its own mean and sd."""

    @property
    def shape(self) -> tuple[int, int]:
        """J and T."""
        return self.boxes.shape[0], self.boxes.shape[1]

    def cut(self, jobs: slice, draws: slice) -> "Draws":
        """Some draws of some jobs."""
        early = self.crop_noise
        return Draws(
            sampling=self.sampling.cut(jobs, draws),
            boxes=self.boxes[jobs, draws],
            noise=self.noise[jobs, draws],
            crop_noise=None if early is None else early[jobs, draws],
            outside=self.outside,
            value_range=self.value_range,
        )

    def apply(self, canvases: Tensor) -> Tensor:
        """Cut the same crops out of each canvas (J, 3, H, W), and add the noise.

        Returns:
            (J * T, 3, M, M), image units.
        """
        return (self._cut_out(canvases) + self.noise).flatten(0, 1)

    def to_network(self, canvases: Tensor, preprocessing: Preprocessing) -> Tensor:
        """The crops of each canvas (J, 3, H, W) in the range the network gets.

        Returns:
            (J * T, 3, M, M).
        """
        (crops,) = self.all_to_network([canvases], preprocessing)
        return crops

    def all_to_network(
        self, pictures: Sequence[Tensor], preprocessing: Preprocessing
    ) -> list[Tensor]:
        """The same for several pictures of each job, cut in one go.

        Returns:
            Channels last in memory, which is faster for convolutions.
        """
        crops = self._cut_out(torch.cat(list(pictures), 1))
        black, gain = self._range(preprocessing, like=crops)
        noise = torch.addcmul(black, self.noise, gain)
        return [
            torch.addcmul(noise, own, gain)
            .flatten(0, 1)
            .contiguous(memory_format=torch.channels_last)
            for own in crops.chunk(len(pictures), 2)
        ]

    def back_from_network(
        self, gradients: Sequence[Tensor], preprocessing: Preprocessing
    ) -> list[Tensor]:
        """The transpose: of gradients (J * T, 3, M, M) where the network gets crops.

        Returns:
            (J, 3, H, W) each: the gradients with respect to the canvases.
        """
        crops = [own.view(*self.shape, *own.shape[1:]) for own in gradients]
        spread = self.sampling.spread(torch.cat(crops, 2))
        _, gain = self._range(preprocessing, like=spread)
        return [own * gain for own in spread.chunk(len(gradients), 1)]

    def _cut_out(self, canvases: Tensor) -> Tensor:
        """(J, C, H, W) to (J, T, C, M, M), without noise."""
        if self.outside is None:
            return self.sampling.sample(canvases)
        beyond = _beyond(canvases, self.outside)  # (J, C, 1, 1)
        return self.sampling.sample(canvases - beyond) + beyond[:, None]

    def _range(
        self, preprocessing: Preprocessing, *, like: Tensor
    ) -> tuple[Tensor, Tensor]:
        """(3, 1, 1) each: what the network gets for black, and what white adds."""
        ends = torch.arange(2, dtype=like.dtype, device=like.device)
        ends = ends[:, None, None, None].expand(2, 3, 1, 1)
        if self.value_range is None:
            black, white = preprocessing.normalize(ends)
        else:
            low, high = self.value_range
            black, white = ends * (high - low) + low
        return black, white - black

    def show(self, maps: Tensor) -> Tensor:
        """What the same crops show of maps (J, H, W), without noise.

        Returns:
            (J * T, M, M).
        """
        return self.sampling.sample(maps[:, None])[:, :, 0].flatten(0, 1)

    def coverage(self) -> Tensor:
        """What the crops give back to each pixel for a spatially uniform objective.

        Returns:
            (J, H, W), mean over draws.
        """
        return self.sampling.give_back() / self.shape[1]


def _beyond(canvases: Tensor, outside: CropOutside) -> Tensor:
    if outside == "gray":
        return canvases.new_full((*canvases.shape[:2], 1, 1), 0.5)
    return canvases.detach().mean((2, 3), keepdim=True)


def draw(
    streams: list[JobStreams],
    config: SearchConfig,
    *,
    step: int,
    input_px: int,
    canvas_size: tuple[int, int],
    like: Tensor,
    for_balance: int | None = None,
    for_evaluation: int | None = None,
) -> Draws:
    """Draw crops and noise for each job from the job's own streams.

    Args:
        streams: of each job.
        step: which draw of the stream this is.
        input_px: side of the crops after the resize.
        canvas_size: height and width.
        like: gives number format and device.
        for_balance, for_evaluation: number of draws from the streams of the balance
            or of the evaluation, instead of the configured number from the search's.
    """
    is_search = for_balance is None and for_evaluation is None
    n_draws = for_balance or for_evaluation or config.draws_per_step
    crop: Purpose = "crop"
    noise: Purpose = "noise"
    if for_balance is not None:
        crop, noise = "balance_crop", "balance_noise"
    elif for_evaluation is not None:
        crop, noise = "evaluation_crop", "evaluation_noise"
    # A balance is a mean over few draws: spread out, they make it vary less. The
    # reference's law keeps to independent draws.
    spread = for_balance is not None and config.crop_law != "truncated"
    progress = step / max(1, config.steps - 1) if is_search else 0.0
    boxes = torch.from_numpy(
        np.stack(
            [
                _boxes(s.rng(crop, step), n_draws, config, progress, spread=spread)
                for s in streams
            ]
        )
    )  # (J, T, 3 or 6)
    sampling = _sampling(boxes, config, input_px, canvas_size, like)
    is_early = config.noise_at == "crop"
    size = canvas_size if is_early else (input_px, input_px)
    shape = (n_draws, 3, *size)
    drawn = torch.stack(
        [noise_of(one, noise, step, shape, config, like=like) for one in streams]
    )  # (J, T, 3, …)
    seen = drawn
    if is_early and isinstance(sampling, SquareCrops):
        seen = sampling.sample_each(drawn)
    return Draws(
        sampling=sampling,
        boxes=boxes,
        noise=seen,
        crop_noise=drawn if is_early else None,
        outside=_outside(config),
        value_range=config.value_range,
    )


def _boxes(
    rng: np.random.Generator,
    n_draws: int,
    config: SearchConfig,
    progress: float,
    *,
    spread: bool,
) -> Boxes:
    if config.crop_law == "jitter":
        return jitters(rng, n_draws, config)
    source = Stratified(rng) if spread else rng
    return crop_boxes(source, n_draws, config, progress=progress)


def _outside(config: SearchConfig) -> CropOutside | None:
    if config.crops_stay_inside or config.crop_law == "toroidal":
        return None
    return config.crop_outside


def _sampling(
    boxes: Tensor,
    config: SearchConfig,
    input_px: int,
    canvas_size: tuple[int, int],
    like: Tensor,
) -> Sampling:
    if config.crop_law == "jitter":
        views = turned_views(
            boxes,
            pad=config.jitter_pad,
            lost=sum(config.jitter_shifts),
            size=canvas_size,
            n_out=input_px,
        )
        return TurnedViews(
            index=views.index.to(like.device),
            weight=views.weight.to(like),
            size=canvas_size,
        )
    side, top, left = boxes.unbind(-1)
    height, width = canvas_size
    rows = _stretches(top, side, height, input_px, config)
    columns = _stretches(left, side, width, input_px, config)
    return SquareCrops(
        rows=Bands.of(rows, like=like), columns=Bands.of(columns, like=like)
    )


def _stretches(
    corner: Tensor, side: Tensor, n_source: int, n_out: int, config: SearchConfig
) -> Stretches:
    """(J, T) crops along one axis of the canvas."""
    start, end = corner * n_source, (corner + side) * n_source
    is_aligned = config.resize_law == "aligned"
    if is_aligned or config.crop_law == "truncated":
        start = start.floor().clamp_max(n_source - 1)
        end = torch.maximum(end.floor(), start + 1)
    if is_aligned:
        return aligned(start, end - start, n_source, n_out)
    edge: Edge = "inside" if config.crops_stay_inside else "open"
    if config.crop_law == "toroidal":
        edge = "wrap"
    return half_pixel(start, end - start, n_source, n_out, edge)
