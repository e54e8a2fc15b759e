"""Heat maps leave a photograph as it is where there is no heat."""

import torch

from generator.results.heat_map import heat_colors, lay_heat


def lightness(colors: torch.Tensor) -> torch.Tensor:
    """CIE lightness of sRGB colors (n, 3): another space than the map is made in."""
    linear = torch.where(
        colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4
    )
    luminance = linear @ torch.tensor([0.2126, 0.7152, 0.0722])
    return 116 * luminance ** (1 / 3) - 16


def test_lightness_rises_from_every_color_to_the_next() -> None:
    found = lightness(heat_colors())

    assert (found.diff() > 0).all()
    assert found.diff().max() < 1  # no step that would look like an edge


def test_every_color_can_be_shown() -> None:
    colors = heat_colors()

    assert colors.shape == (256, 3)
    assert colors.min() >= 0
    assert colors.max() <= 1


def test_a_photograph_without_heat_stays_as_it_is() -> None:
    image = torch.rand(3, 5, 7, generator=torch.Generator().manual_seed(0))

    assert torch.equal(lay_heat(image, torch.zeros(5, 7), opacity=0.7), image)


def test_full_heat_at_full_opacity_is_the_strongest_color() -> None:
    found = lay_heat(torch.zeros(3, 4, 4), torch.ones(4, 4), opacity=1.0)

    assert torch.allclose(found[:, 0, 0], heat_colors()[-1])


def test_half_the_heat_covers_half_as_much() -> None:
    level = torch.full((4, 4), 0.5)
    white = lay_heat(torch.ones(3, 4, 4), level, opacity=0.6)
    black = lay_heat(torch.zeros(3, 4, 4), level, opacity=0.6)

    # What shows of the photograph: 1 - 0.6 * 0.5.
    assert torch.allclose(white - black, torch.full((3, 4, 4), 0.7))
