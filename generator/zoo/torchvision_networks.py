"""Classifiers of torchvision, with their published preprocessing and labels."""

import logging
from collections.abc import Collection
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import torch
import torchvision
from torch import nn

from generator.errors import NetworkError
from generator.file_hash import file_sha256
from generator.networks import EMBEDDED, Network, NetworkSource, Preprocessing
from generator.zoo.weights import (
    built_at_random,
    fill,
    read_state,
    state_sha256,
)

_log = logging.getLogger(__name__)


def load_from_torchvision(name: str, source: NetworkSource) -> Network:
    """A classifier by its name in `torchvision.models.list_models()`.

    Raises:
        NetworkError: unknown name, no weights, or weights that do not fit.
    """
    entry = _weights_entry(name)
    if source.random_weights is not None:
        module = built_at_random(
            lambda: _build(name, keys=(), init_weights=True),
            rng_seed=source.random_weights,
        )
        sha256 = state_sha256(module)
    else:
        path = source.weights or _own_weights(name, entry, source.allow_download)
        state = read_state(path)
        module = _build(name, keys=state, init_weights=False)
        fill(module, state, name=name, path=path)
        sha256 = file_sha256(path)
    return Network(
        name=name,
        module=module,
        preprocessing=_preprocessing(entry),
        labels=tuple(entry.meta["categories"]),
        weights_sha256=sha256,
    )


def _weights_entry(name: str) -> Any:
    """torchvision's description of a classifier's ImageNet weights: no download.

    The first published weights are taken, because files from elsewhere follow
    their preprocessing (short side 256, crop 224) more often than the newer recipe.
    """
    known = torchvision.models.list_models(module=torchvision.models)
    if name not in known:
        near = ", ".join(get_close_matches(name, [EMBEDDED, *known])) or "none"
        raise NetworkError(
            f"no network is called {name!r}; close names: {near}. Use {EMBEDDED!r}, "
            "a classifier of torchvision, e.g. mobilenet_v2, one of timm, e.g. "
            "timm/resnet18, or a function of your own, PACKAGE.MODULE:FUNCTION."
        )
    entries = torchvision.models.get_model_weights(name)
    return getattr(entries, "IMAGENET1K_V1", entries.DEFAULT)


def _own_weights(name: str, entry: Any, allow_download: bool) -> Path:
    """Path of torchvision's own weights, fetched once when that is allowed."""
    path = Path(torch.hub.get_dir()) / "checkpoints" / Path(entry.url).name
    if path.is_file():
        return path
    if not allow_download:
        raise NetworkError(
            f"{name} needs weights; got none. Give a file (--weights PATH), or let "
            "torchvision fetch its own (--download-weights)."
        )
    _log.info("fetching the weights of %s to %s", name, path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        torch.hub.download_url_to_file(entry.url, str(path), progress=False)
    except OSError as error:
        raise NetworkError(
            f"the weights of {name} could not be fetched from {entry.url}: {error}. "
            "Fetch the file by other means and give it (--weights PATH)."
        ) from error
    return path


def _build(name: str, *, keys: Collection[str], init_weights: bool) -> nn.Module:
    """The architecture, fit to the heads that the weights' names show."""
    options: dict[str, Any] = {}
    if name in {"googlenet", "inception_v3"}:
        options = {
            "aux_logits": any(key.lower().startswith("aux") for key in keys),
            "init_weights": init_weights,
            "transform_input": True,
        }
    module: nn.Module = torchvision.models.get_model(name, weights=None, **options)
    return module


def _preprocessing(entry: Any) -> Preprocessing:
    transforms = entry.transforms()
    return Preprocessing(
        input_px=transforms.crop_size[0],
        resize_px=transforms.resize_size[0],
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
    )
