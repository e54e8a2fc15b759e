"""The measured magnitude spectrum of photographs."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from generator.cli import main
from generator.demo.photographs import PhotographsConfig, write_photographs
from generator.errors import ConfigError, PhotographError, PoolError
from generator.parameterization.color import from_rgb
from generator.parameterization.natural_spectrum import (
    SHIPPED,
    NaturalSpectrum,
    find_spectrum,
    measure_spectrum,
    shipped_spectrum,
)
from generator.parameterization.spectrum import (
    fourier_scale,
    frequencies,
    natural_magnitude,
)
from generator.photographs import from_picture, to_picture
from tests.generator.toy_network import picture


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    folder = tmp_path / "photographs"
    folder.mkdir()
    for seed in range(3):
        to_picture(picture(40, 40, rng_seed=seed)).save(folder / f"p{seed}.png")
    return folder


def of_magnitude(magnitude: Tensor) -> NaturalSpectrum:
    return NaturalSpectrum(
        magnitude=magnitude, n_photographs=1, photographs_sha256="0" * 64
    )


def test_it_is_the_mean_magnitude_over_photographs(photographs: Path) -> None:
    shown = [
        from_picture(to_picture(picture(40, 40, rng_seed=seed))) for seed in range(3)
    ]

    spectrum = measure_spectrum(photographs, side_px=40)

    by_hand = torch.fft.rfft2(from_rgb(torch.stack(shown))).abs().mean(0)
    assert spectrum.n_photographs == 3
    assert torch.allclose(spectrum.magnitude, by_hand, rtol=1e-3, atol=1e-4)


def test_nothing_has_no_spectrum(tmp_path: Path) -> None:
    with pytest.raises(PoolError):
        natural_magnitude([])
    with pytest.raises(PhotographError):
        measure_spectrum(tmp_path)
    with pytest.raises(ConfigError, match="side_px"):
        measure_spectrum(tmp_path, side_px=2)


def test_its_own_size_gives_the_spectrum_itself() -> None:
    spectrum = shipped_spectrum()

    same = spectrum.resized(spectrum.side_px, spectrum.side_px)

    assert torch.allclose(same, spectrum.magnitude, rtol=1e-5)


@pytest.mark.parametrize(("height", "width"), [(32, 32), (96, 96), (65, 65), (48, 33)])
def test_a_one_over_f_spectrum_stays_one_at_any_size(height: int, width: int) -> None:
    """1 / f in cycles per pixel, times the longer side: cycles per image, as the area
    ratio has it. 64 pixels wide, so the ratio is height · width / 64²."""
    falling = fourier_scale(64, 64, decay_power=1.0)
    spectrum = of_magnitude(falling.float().expand(3, -1, -1))

    resized = spectrum.resized(height, width)[0]

    assert resized.shape == (height, width // 2 + 1)
    cycles_per_image = frequencies(height, width) * max(height, width)
    flat = resized.double() * cycles_per_image * 64**2 / (height * width)
    assert torch.allclose(flat.flatten()[1:], torch.tensor(64.0).double(), rtol=1e-4)


def test_the_mean_color_is_multiplied_by_the_number_of_pixels() -> None:
    magnitude = torch.ones(3, 16, 9)
    magnitude[:, 0, 0] = 100.0

    resized = of_magnitude(magnitude).resized(32, 48)

    assert torch.allclose(resized[:, 0, 0], torch.tensor(100.0 * 32 * 48 / 256))


def test_a_spectrum_is_symmetric_at_any_size() -> None:
    """|F(-u, 0)| = |F(u, 0)|: real pictures need it."""
    first_column = shipped_spectrum().resized(96, 80)[..., 0]

    assert torch.allclose(
        first_column[:, 1:48], first_column[:, 49:].flip(1), rtol=1e-5
    )


def test_a_written_spectrum_is_read_back_and_has_the_same_bytes(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / "one.safetensors", tmp_path / "two.safetensors"]
    for file in files:
        assert main(["spectrum", str(photographs), "--out", str(file)]) == 0

    read = NaturalSpectrum.read(files[0])

    assert "3 photographs" in capsys.readouterr().out
    assert files[0].read_bytes() == files[1].read_bytes()
    assert read.origin() == measure_spectrum(photographs).origin()
    assert torch.equal(find_spectrum(files[0]).magnitude, read.magnitude)
    assert torch.equal(find_spectrum(photographs).magnitude, read.magnitude)


def test_a_file_that_is_there_is_not_written_over(
    photographs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "mine.safetensors"
    out.write_text("mine")

    assert main(["spectrum", str(photographs), "--out", str(out)]) == 1
    assert "name a new file" in capsys.readouterr().err
    with pytest.raises(PhotographError, match="accentuate spectrum"):
        NaturalSpectrum.read(out)
    with pytest.raises(PhotographError, match="cannot be read"):
        find_spectrum(tmp_path / "nowhere")


def test_the_shipped_spectrum_is_that_of_the_demo_photographs(tmp_path: Path) -> None:
    """`accentuate photographs pool; accentuate spectrum pool --out FILE`."""
    write_photographs(tmp_path / "pool", PhotographsConfig())

    again = measure_spectrum(tmp_path / "pool")

    assert SHIPPED.stat().st_size < 100_000
    assert again.origin() == shipped_spectrum().origin()
    assert torch.allclose(again.magnitude, shipped_spectrum().magnitude, rtol=2e-3)
