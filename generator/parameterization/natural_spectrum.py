"""A measured magnitude spectrum of photographs: made, kept in a file, fit to a size.

The package brings one, `demo/spectrum.safetensors`, of the demo's own photographs
(`accentuate photographs pool; accentuate spectrum pool --out FILE`).
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from generator.config_checks import check_number
from generator.errors import PhotographError
from generator.file_hash import set_sha256
from generator.jobs import write_whole
from generator.parameterization.spectrum import natural_magnitude
from generator.photograph_folder import list_photographs
from generator.photographs import from_picture, read_photograph

SHIPPED = Path(__file__).parent.parent / "demo" / "spectrum.safetensors"
DEFAULT_SIDE_PX = 128
_LARGEST_SIDE_PX = 1024


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class NaturalSpectrum:
    """Mean magnitudes of photographs, in decorrelated channels."""

    magnitude: Tensor
    """(3, N, N // 2 + 1) float32, of the un-normalized transform of N × N pixels."""

    n_photographs: int

    photographs_sha256: str
    """Of the sorted hashes of their files."""

    @property
    def side_px(self) -> int:
        """N."""
        return int(self.magnitude.shape[-2])

    def origin(self) -> dict[str, Any]:
        """What it was measured on, for records."""
        return {
            "n_photographs": self.n_photographs,
            "photographs_sha256": self.photographs_sha256,
            "side_px": self.side_px,
        }

    def resized(self, height: int, width: int) -> Tensor:
        """The magnitudes that the same photographs would have at another size.

        What varies slowly, magnitude times cycles per image, is resized by
        antialiased bilinear weights at equal cycles per pixel. Without new detail the
        number of pixels multiplies every magnitude (ratio of areas). The mean color,
        frequency zero, is only multiplied.

        Returns:
            (3, height, width // 2 + 1) float32.
        """
        side = self.side_px
        flat = _whole(self.magnitude.double(), side) * _cycles(side, side)
        flat[:, 0, 0] = (flat[:, 0, 1] + flat[:, 1, 0]) / 2  # no cycles, no value
        rows, columns = _line(side, height), _line(side, width)
        found = rows @ flat @ columns.mT  # (3, height, width)
        cycles = _cycles(height, width)
        cycles[0, 0] = 1.0
        area_ratio = height * width / side**2
        found = found / cycles * area_ratio
        found[:, 0, 0] = self.magnitude[:, 0, 0].double() * area_ratio
        return found[..., : width // 2 + 1].float()

    def write(self, path: Path) -> None:
        """As safetensors, magnitudes in 16 bits; the same bytes for the same spectrum.

        Raises:
            OutputError: the disk refuses it.
        """
        tensors = {"magnitude": self.magnitude.half().contiguous()}
        write_whole(path, save(tensors, {"spectrum": json.dumps(self.origin())}))

    @classmethod
    def read(cls, path: Path) -> "NaturalSpectrum":
        """A file that `write` made.

        Raises:
            PhotographError: it is none.
        """
        try:
            with safe_open(path, framework="pt") as file:
                origin = json.loads(file.metadata()["spectrum"])
                magnitude = file.get_tensor("magnitude").float()
            return cls(
                magnitude=magnitude,
                n_photographs=origin["n_photographs"],
                photographs_sha256=origin["photographs_sha256"],
            )
        except (OSError, SafetensorError, LookupError, TypeError, ValueError) as error:
            raise PhotographError(
                f"{path} cannot be read as a spectrum: {error}. "
                "`accentuate spectrum FOLDER --out FILE` makes one."
            ) from error


@cache
def shipped_spectrum() -> NaturalSpectrum:
    """The spectrum that comes with the package."""
    return NaturalSpectrum.read(SHIPPED)


def measure_spectrum(
    folder: Path, *, side_px: int = DEFAULT_SIDE_PX
) -> NaturalSpectrum:
    """The mean magnitude spectrum of a folder of photographs.

    Of each the central square counts, resized to `side_px`; files with the same bytes
    count once.

    Raises:
        ConfigError: side_px out of range.
        PhotographError: there is no photograph, or one that cannot be read.
    """
    check_number("side_px", side_px, at_least=16, at_most=_LARGEST_SIDE_PX)
    found = list_photographs(folder)
    squares = (_square(folder / photograph.path, side_px) for photograph in found)
    return NaturalSpectrum(
        magnitude=_rounded(natural_magnitude(squares)),
        n_photographs=len(found),
        photographs_sha256=set_sha256(photograph.sha256 for photograph in found),
    )


def find_spectrum(source: Path | None) -> NaturalSpectrum:
    """Read from a file, measured on a folder, or, for None, the shipped one.

    Raises:
        PhotographError: there is nothing of the kind at that path.
    """
    if source is None:
        return shipped_spectrum()
    return measure_spectrum(source) if source.is_dir() else NaturalSpectrum.read(source)


def _square(path: Path, side_px: int) -> Tensor:
    picture = read_photograph(path)
    side = min(picture.size)
    left, top = (picture.width - side) / 2, (picture.height - side) / 2
    box = (left, top, left + side, top + side)
    square = picture.resize((side_px, side_px), Image.Resampling.BICUBIC, box=box)
    return from_picture(square)


def _rounded(magnitude: Tensor) -> Tensor:
    """As the file keeps it, so that a spectrum measured and one read are the same."""
    return magnitude.half().float()


def _whole(half: Tensor, side: int) -> Tensor:
    """(3, N, N // 2 + 1) to (3, N, N): |F(-u, -v)| = |F(u, v)| for a real image."""
    index = torch.arange(side)
    column = torch.minimum(index, side - index)  # its place among those kept
    is_kept = index <= side // 2
    row = torch.where(is_kept[None, :], index[:, None], (-index % side)[:, None])
    return half[:, row, column.expand(side, side)]


def _cycles(height: int, width: int) -> Tensor:
    """(height, width) cycles per image of the longer side."""
    vertical = torch.fft.fftfreq(height, dtype=torch.double)[:, None]
    horizontal = torch.fft.fftfreq(width, dtype=torch.double)[None, :]
    return torch.hypot(vertical, horizontal) * max(height, width)


def _line(n_source: int, n_out: int) -> Tensor:
    """(n_out, n_source) weights between frequencies; both ends meet."""
    place = torch.fft.fftfreq(n_out, dtype=torch.double) * n_source
    offset = place[:, None] - torch.arange(n_source, dtype=torch.double)
    offset = (offset + n_source / 2) % n_source - n_source / 2
    weights = (1 - offset.abs() / max(1.0, n_source / n_out)).clamp_min(0)
    normalized: Tensor = weights / weights.sum(-1, keepdim=True)
    return normalized
