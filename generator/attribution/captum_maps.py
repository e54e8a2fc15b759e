"""The maps whose arithmetic is Captum's. Captum is asked for only when one is made.

Captum gets our own feature as its `forward_func`, so inner features and differences
of features work as logits do; and it gets our noise, because its own would come from
torch's global generator.
"""

from collections.abc import Collection
from types import ModuleType
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from generator.attribution.settings import (
    WITH_CAPTUM,
    AttributionConfig,
    MethodName,
)
from generator.attribution.target import Target
from generator.errors import MissingExtraError
from generator.networks import Network
from generator.streams import JobStreams


class CompleteMap(NamedTuple):
    """A map that should add up, and how far it is from doing so."""

    attribution: Tensor
    """(3, h, w)."""

    completeness_error: float | None
    """|sum of the map - gain| / |gain|, the gain being the activation to the picture
    minus that to the baseline; None where there is no gain."""


def check_captum(methods: Collection[MethodName]) -> None:
    """See that Captum is there if one of the methods needs it.

    Raises:
        MissingExtraError: it is not.
    """
    if needed := [method for method in methods if method in WITH_CAPTUM]:
        _captum_for(needed[0])


def _captum_for(method: MethodName) -> ModuleType:
    try:
        import captum.attr  # optional: the extra `attribution`
    except ImportError as error:
        raise MissingExtraError(
            f"{method} is computed by Captum, which is not installed. Install it with "
            "pip install 'accentuate[attribution]', or choose among grad_cam, "
            "grad_cam_relu and rise."
        ) from error
    module: ModuleType = captum.attr
    return module


def baseline_view(network: Network, config: AttributionConfig) -> Tensor:
    """The gray picture as the network takes it, (1, 3, input_px, input_px)."""
    side = network.preprocessing.input_px
    gray = torch.full((1, 3, side, side), config.baseline_level, device=network.device)
    return network.preprocessing.normalize(gray)


def gradient(target: Target, view: Tensor) -> Tensor:
    """∂activation/∂view, signed, for one view (1, 3, h, w).

    Returns:
        (3, h, w).

    Source: Simonyan, Vedaldi & Zisserman (2014), arXiv 1312.6034.
    """
    saliency = _captum_for("gradient").Saliency(target.score)
    found: Tensor = saliency.attribute(_differentiable(view), abs=False)
    return found.detach()[0]


def gradient_x_input(target: Target, view: Tensor) -> Tensor:
    """∂activation/∂view times the view, in the network's own range, (3, h, w).

    Source: Shrikumar, Greenside, Shcherbina & Kundaje (2016), arXiv 1605.01713.
    """
    product = _captum_for("gradient_x_input").InputXGradient(target.score)
    found: Tensor = product.attribute(_differentiable(view))
    return found.detach()[0]


def integrated_gradients(
    target: Target, view: Tensor, config: AttributionConfig
) -> CompleteMap:
    """Gradients summed along the straight way from the gray baseline to the view.

    Source: Sundararajan, Taly & Yan (2017), arXiv 1703.01365; points and weights are
        those of the Gauss-Legendre rule.
    """
    method = _captum_for("integrated_gradients").IntegratedGradients(target.score)
    baseline = baseline_view(target.network, config)
    found: Tensor = method.attribute(
        _differentiable(view),
        baselines=baseline,
        n_steps=config.integration_steps,
        internal_batch_size=config.views_per_pass,
    )
    attribution = found.detach()[0]
    with torch.no_grad():
        after, before = target.score(torch.cat([view, baseline])).tolist()
    gain = after - before
    missed = abs(float(attribution.sum()) - gain)
    return CompleteMap(attribution, missed / abs(gain) if gain else None)


def smooth_grad(target: Target, view: Tensor, config: AttributionConfig) -> Tensor:
    """Mean gradient over noisy copies of the view, signed, (3, h, w).

    The noise has one size for every picture: a fraction of the range from black to
    white, not of the range a picture happens to fill; and one set of draws, so that
    the maps of a pair differ by their pictures only.

    Source: Smilkov, Thorat, Kim, Viégas & Wattenberg (2017), arXiv 1706.03825.
    """
    saliency = _captum_for("smooth_grad").Saliency(target.score)
    rng = JobStreams(rng_seed=config.rng_seed, job_id="smooth_grad").rng("noise")
    std = torch.tensor(target.network.preprocessing.std)[:, None, None]
    total = torch.zeros_like(view[0])
    for first in range(0, config.smooth_samples, config.views_per_pass):
        n = min(config.views_per_pass, config.smooth_samples - first)
        drawn = rng.standard_normal((n, *view.shape[1:]), dtype=np.float32)
        noise = config.smooth_noise * torch.from_numpy(drawn) / std  # (n, 3, h, w)
        noisy = (view + noise.to(view.device)).requires_grad_()
        total += saliency.attribute(noisy, abs=False).detach().sum(0)
    return total / config.smooth_samples


def occlusion(target: Target, view: Tensor, config: AttributionConfig) -> Tensor:
    """Activation lost when a gray square covers a place, averaged over its squares.

    Returns:
        (1, h, w), signed.

    Source: Zeiler & Fergus (2014), arXiv 1311.2901.
    """
    window, stride = config.occlusion_px(view.shape[-1])
    method = _captum_for("occlusion").Occlusion(target.score)
    with torch.no_grad():
        found: Tensor = method.attribute(
            view,
            sliding_window_shapes=(view.shape[1], window, window),
            strides=(view.shape[1], stride, stride),
            baselines=baseline_view(target.network, config),
            perturbations_per_eval=config.views_per_pass,
        )
    return found[0, :1]  # a square covers all three channels alike


def _differentiable(view: Tensor) -> Tensor:
    """A copy that Captum may mark as needing a gradient."""
    return view.detach().clone().requires_grad_()
