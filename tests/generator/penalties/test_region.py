"""Inside and outside a region, on the canvas, in crops and in layers."""

import torch

from generator.config import AccentuationConfig
from generator.parameterization.choice import for_images
from generator.parameterization.inside_region import InsideRegion
from generator.penalties.latent import LatentPenalty
from generator.penalties.region import canvas_weights, position_weights
from tests.generator.toy_network import picture


def left_half(height: int = 8, width: int = 8) -> torch.Tensor:
    region = torch.zeros(1, height, width)
    region[..., : width // 2] = 1
    return region


def test_outside_is_what_inside_is_not() -> None:
    region = left_half()

    inside = canvas_weights(region, "inside")
    outside = canvas_weights(region, "outside")

    assert inside is not None
    assert outside is not None
    assert torch.equal(inside + outside, torch.ones(1, 8, 8))
    assert canvas_weights(region, "everywhere") is None
    assert canvas_weights(None, "inside") is None


def test_positions_of_a_layer_weigh_what_lies_under_them() -> None:
    weights = left_half()  # of one crop

    on_map = position_weights(weights, (2, 4), 8)
    on_tokens = position_weights(weights, (2, 2), 5)  # after a class token
    of_vector = position_weights(weights, None, 1)

    assert on_map.tolist() == [[1, 1, 0, 0, 1, 1, 0, 0]]
    assert on_tokens.tolist() == [[0.5, 1, 0, 1, 0]]
    assert of_vector.tolist() == [[0.5]]


def test_a_latent_distance_outside_the_weights_is_free() -> None:
    near = torch.zeros(1, 2, 4, 4)
    seen = near.clone()
    seen[..., 2:] = 1  # the right half changes, by √2
    job = torch.tensor([0])
    term = LatentPenalty(
        layer="a", weight=1.0, distance="l2", smoothing=torch.zeros(1), grid=(4, 4)
    )

    inside = term.values(seen, near, job, left_half())
    outside = term.values(seen, near, job, 1 - left_half())
    everywhere = term.values(seen, near, job)

    assert inside.item() == 0
    assert torch.allclose(outside, everywhere)
    assert torch.allclose(everywhere, torch.tensor(2.0).sqrt() / 2)


def test_pixels_outside_an_edited_region_stay_as_they_are() -> None:
    seeds = picture(15, 18)[None]
    region = left_half(15, 18)
    inner = for_images(AccentuationConfig(), seeds)
    edited = InsideRegion(inner=inner, regions=region, seed_images=seeds)
    start = edited.from_image(seeds)

    images = edited.to_image(start + 1.0)

    assert (edited.to_image(start) - seeds).abs().max() < 2e-6
    assert (images - seeds)[..., 9:].abs().max() <= 1e-6
    assert torch.equal(images[..., :9], inner.to_image(start + 1.0)[..., :9])


def test_no_gradient_comes_from_outside_an_edited_region() -> None:
    seeds = picture(15, 18)[None]
    config = AccentuationConfig(parameterization="pixel", decorrelate=False)
    edited = InsideRegion(
        inner=for_images(config, seeds), regions=left_half(15, 18), seed_images=seeds
    )
    leaf = edited.from_image(seeds).requires_grad_()

    (slope,) = torch.autograd.grad(edited.to_image(leaf).sum(), leaf)

    assert slope[..., 9:].abs().max() == 0
    assert slope[..., :9].abs().min() > 0
