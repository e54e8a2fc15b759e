"""One step of the `faccent` preset against the formulas, written out a second time.

Nothing of the generator takes part in the expected values but the numbers drawn: own
color, Fourier sum, crop, resize weights and distance, plain autograd, float64.
"""

import math

import pytest
import torch
from torch import Tensor, nn

from generator.config import AccentuationConfig
from generator.objectives import Unit
from generator.parameterization.choice import for_images
from generator.penalties.latent import LatentPenalty
from generator.search.balance import measure_pull
from generator.search.problem import Problem, draw_for, gradients
from generator.search.transforms import Draws
from generator.streams import JobStreams
from tests.generator.toy_network import INPUT_PX, picture, toy_module, toy_network

HEIGHT, WIDTH = 48, 41
DESATURATION = 5.0
COLORS = torch.tensor(
    [
        [0.56282854, 0.58447580, 0.58447580],
        [0.19482528, 0.0, -0.19482528],
        [0.04329450, -0.10823626, 0.06494176],
    ]
).double()
LABEL = 2
PULL_BACK = 0.7
"""λ b, as if it had been measured."""


def frequency(index: int, length: int) -> float:
    """Cycles per pixel of a row of the transform."""
    return (index if index < length / 2 else index - length) / length


def decoded(parameters: Tensor) -> Tensor:
    """(3, H, W // 2 + 1, 2) to (3, H, W), as one sum over all coefficients."""
    half = WIDTH // 2 + 1
    scale = torch.empty(HEIGHT, half).double()
    for u in range(HEIGHT):
        for v in range(half):
            length = math.hypot(frequency(u, HEIGHT), v / WIDTH)
            scale[u, v] = 1 / max(length, 1 / max(HEIGHT, WIDTH))
    times = torch.full((half,), 2.0).double()
    times[0] = 1.0  # the width is odd: no column at half a cycle per pixel
    high, wide = (torch.arange(length).double() for length in (HEIGHT, WIDTH))
    rows = torch.outer(high, high) / HEIGHT  # (h, u)
    columns = torch.outer(wide, wide[:half]) / WIDTH  # (w, v)
    angle = 2 * math.pi * (rows[:, None, :, None] + columns[None, :, None, :])
    real, imaginary = parameters.unbind(-1)
    wave = (
        times
        * scale
        * (
            torch.einsum("cuv,hwuv->chwuv", real, angle.cos())
            - torch.einsum("cuv,hwuv->chwuv", imaginary, angle.sin())
        )
    )
    channels = wave.sum((-2, -1)) / (DESATURATION * math.sqrt(HEIGHT * WIDTH))
    mixed = torch.stack(
        [sum(channels[k] * COLORS[k, c] for k in range(3)) for c in range(3)]  # type: ignore[misc]
    )
    return 1 / (1 + torch.exp(-mixed))


def resize_matrix(n: int) -> Tensor:
    """(M, n): max(0, 1 - |j - c| / max(1, σ)), σ = (n - 1) / (M - 1), sum 1."""
    spacing = (n - 1) / (INPUT_PX - 1)
    matrix = torch.zeros(INPUT_PX, n).double()
    for i in range(INPUT_PX):
        center = spacing * (i + 0.5) - 0.5
        for j in range(n):
            matrix[i, j] = max(0.0, 1 - abs(j - center) / max(1.0, spacing))
    return matrix / matrix.sum(1, keepdim=True)


def cut(image: Tensor, draws: Draws, k: int) -> Tensor:
    """Draw k of an image (3, H, W), as the network gets it."""
    assert draws.crop_noise is not None
    side, top, left = draws.boxes[0, k].tolist()
    rows = slice(math.floor(top * HEIGHT), math.floor((top + side) * HEIGHT))
    columns = slice(math.floor(left * WIDTH), math.floor((left + side) * WIDTH))
    crop = image[:, rows, columns] + draws.crop_noise[0, k][:, rows, columns]
    down, across = resize_matrix(crop.shape[1]), resize_matrix(crop.shape[2])
    resized = torch.stack([down @ channel @ across.T for channel in crop])
    return resized * (2 - -2) + -2


def target(module: nn.Sequential, image: Tensor, draws: Draws) -> Tensor:
    """A: mean over draws of the logit."""
    n_draws = draws.boxes.shape[1]
    scores = [module(cut(image, draws, k)[None])[0, LABEL] for k in range(n_draws)]
    return torch.stack(scores).mean()


def distance(
    module: nn.Sequential, image: Tensor, seed: Tensor, draws: Draws
) -> Tensor:
    """d: mean over draws and positions of the norm over channels, first layer."""
    norms = []
    for k in range(draws.boxes.shape[1]):
        apart = module[0](cut(image, draws, k)[None]) - module[0](
            cut(seed, draws, k)[None]
        )
        norms.append((apart[0] ** 2).sum(0).sqrt().flatten())
    return torch.cat(norms).mean()


@pytest.fixture(scope="module")
def problem() -> Problem:
    config = AccentuationConfig.preset("faccent")
    seeds = picture(HEIGHT, WIDTH)[None].double()
    return Problem(
        network=toy_network(toy_module().double()),
        parameterization=for_images(config, seeds),
        objectives=[Unit(layer="logit", index=LABEL, label=None)],
        streams=[JobStreams(rng_seed=0, job_id="job")],
        config=config,
        seed_images=seeds,
        latent=[
            LatentPenalty(
                layer="conv1",
                weight=1.0,
                distance="l2",
                smoothing=torch.zeros(1).double(),
            )
        ],
    )


@pytest.fixture(scope="module")
def place(problem: Problem) -> Tensor:
    """A little off the seed image, where the distance has a gradient."""
    start = problem.parameterization.from_image(problem.seed_images)
    rng = torch.Generator().manual_seed(4)
    return start + 0.05 * torch.randn(start.shape, generator=rng).double()


def relative_error(found: Tensor, expected: Tensor) -> float:
    return float((found - expected).norm() / expected.norm())


def test_the_picture_is_the_sum_of_its_waves(problem: Problem, place: Tensor) -> None:
    ours = problem.parameterization.to_image(place)

    assert torch.allclose(ours[0], decoded(place[0]), atol=1e-9)


def test_a_step_has_the_gradient_of_the_written_out_loss(
    problem: Problem, place: Tensor
) -> None:
    leaf = place.clone().requires_grad_()
    images = problem.parameterization.to_image(leaf)
    draws = draw_for(problem, images.detach(), 3)
    found = gradients(problem, images.detach(), draws)
    (ours,) = torch.autograd.grad(
        images, leaf, grad_outputs=PULL_BACK * found.penalties[0] - found.objective
    )

    plain = place[0].clone().requires_grad_()
    image, seed = decoded(plain), problem.seed_images[0]
    module = toy_module().double()
    loss = PULL_BACK * distance(module, image, seed, draws) - target(
        module, image, draws
    )
    (expected,) = torch.autograd.grad(loss, plain)

    assert draws.boxes.shape == (1, 16, 3)
    assert relative_error(ours[0], expected) < 1e-5


def test_the_balance_is_the_ratio_of_both_gradients(
    problem: Problem, place: Tensor
) -> None:
    """K = 16 draws and ε = 0, as the preset has it, but off the seed image: at the seed
    image itself the reference divides by rounding noise."""
    config = problem.config
    assert isinstance(config, AccentuationConfig)
    assert (config.balance_draws, config.balance_offset) == (16, 0.0)
    ours = measure_pull(problem, place, n_draws=16, offset=0.0).balance()

    plain = place[0].clone().requires_grad_()
    image, seed = decoded(plain), problem.seed_images[0]
    module = toy_module().double()
    blocks = [
        draw_for(problem, image.detach()[None], block, for_balance=8)
        for block in range(2)
    ]
    score = torch.stack([target(module, image, draws) for draws in blocks]).mean()
    apart = torch.stack(
        [distance(module, image, seed, draws) for draws in blocks]
    ).mean()
    towards, away = (
        torch.autograd.grad(value, plain, retain_graph=True)[0].abs().sum()
        for value in (score, apart)
    )

    assert ours.item() == pytest.approx((towards / away).item(), rel=1e-5)
