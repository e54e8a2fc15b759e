"""What an accentuation starts from: a seed image and the feature to change in it."""

from dataclasses import dataclass

from torch import Tensor

from generator.errors import ConfigError
from generator.features import Feature
from generator.streams import JobStreams, content_id


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class AccentuationJob:
    """One seed image and the feature to bring out in it."""

    seed_image: Tensor
    """(3, H, W) in [0, 1]."""

    feature: Feature
    rng_seed: int

    suppress: bool = False
    """Make the feature respond less instead of more."""

    region: Tensor | None = None
    """(H, W) in [0, 1], 1 inside: where the penalty counts, or where the picture may
    change, as the config says. None: no region."""

    name: str = "picture"
    """What messages call the seed image, e.g. the photograph's path."""

    def streams(self) -> JobStreams:
        """Its random streams: they depend on the pixels, the feature and the seed."""
        parts: list[str | bytes] = [_bytes(self.seed_image), str(self.feature)]
        if self.suppress:
            parts.append("suppress")
        if self.region is not None:
            parts.append(_bytes(self.region))
        job_id = content_id(*parts)
        return JobStreams(rng_seed=self.rng_seed, job_id=job_id)

    def check(self) -> None:
        """Refuse a seed image or a region that is no picture, and a negative rng_seed.

        Raises:
            ConfigError: a shape, number format or range is another.
        """
        shape = tuple(self.seed_image.shape)
        if len(shape) != 3 or shape[0] != 3 or min(shape[1:]) < 8:
            raise ConfigError(
                f"a seed image is (3, height, width), sides from 8 pixels; got {shape}"
            )
        if not self.seed_image.is_floating_point():
            raise ConfigError(
                f"a seed image holds floats from 0 to 1; got {self.seed_image.dtype}. "
                "Divide 8-bit levels by 255."
            )
        low, high = (float(end) for end in self.seed_image.detach().aminmax())
        if not 0 <= low <= high <= 1:  # also refuses what is not a number
            raise ConfigError(
                f"a seed image holds values from 0 to 1; {self.name} has values from "
                f"{low:g} to {high:g}"
            )
        self.streams()
        if self.region is None:
            return
        if self.region.shape != shape[1:]:
            raise ConfigError(
                f"a region is as high and wide as its seed image, {shape[1:]}; "
                f"got {tuple(self.region.shape)}"
            )
        low, high = self.region.min().item(), self.region.max().item()
        if not 0 <= low <= high <= 1:
            raise ConfigError(
                f"a region has values from 0 to 1; got {low:g} to {high:g}"
            )


def _bytes(values: Tensor) -> bytes:
    raw: bytes = values.detach().cpu().float().contiguous().numpy().tobytes()
    return raw
