"""Classifiers of timm (extra `timm`), with the preprocessing timm gives for them."""

from difflib import get_close_matches
from typing import Any

from torch import nn

from generator.errors import NetworkError
from generator.file_hash import file_sha256
from generator.networks import Network, NetworkSource, Preprocessing
from generator.zoo.weights import (
    built_at_random,
    fill,
    read_state,
    state_sha256,
)


def load_from_timm(name: str, source: NetworkSource) -> Network:
    """A model by its name in `timm.list_models()`.

    Raises:
        NetworkError: timm is not installed, has no such model, or the weights do not
            fit or cannot be had.
    """
    timm = _timm()
    _check_name(timm, name)
    if source.random_weights is not None:
        module = built_at_random(
            lambda: timm.create_model(name), rng_seed=source.random_weights
        )
        sha256 = state_sha256(module)
    elif source.weights is not None:
        module = timm.create_model(name)
        state = read_state(source.weights)
        fill(module, state, name=f"timm/{name}", path=source.weights)
        sha256 = file_sha256(source.weights)
    else:
        module = _pretrained(timm, name, source)
        sha256 = state_sha256(module)
    settings = timm.data.resolve_model_data_config(module)
    n_logits = int(getattr(module, "num_classes", 0))
    return Network(
        name=f"timm/{name}",
        module=module,
        preprocessing=_preprocessing(settings),
        labels=_labels(timm, module, n_logits),
        weights_sha256=sha256,
    )


def _timm() -> Any:
    try:
        import timm  # an extra: most users need torchvision only
        import timm.data
    except ImportError as error:
        raise NetworkError(
            "networks of timm need the extra `timm`; install it with "
            "pip install 'accentuate[timm]'"
        ) from error
    return timm


def _check_name(timm: Any, name: str) -> None:
    if not timm.is_model(name):
        near = ", ".join(get_close_matches(name, timm.list_models())) or "none"
        raise NetworkError(f"timm has no model {name!r}; close names: {near}")


def _pretrained(timm: Any, name: str, source: NetworkSource) -> nn.Module:
    if not source.allow_download:
        raise NetworkError(
            f"timm/{name} needs weights; got none. Give a file (--weights PATH), or "
            "let timm fetch its own (--download-weights)."
        )
    try:
        module: nn.Module = timm.create_model(name, pretrained=True)
    except (OSError, RuntimeError) as error:
        raise NetworkError(
            f"the weights of timm/{name} could not be fetched: {error}. "
            "Fetch the file by other means and give it (--weights PATH)."
        ) from error
    return module


def _preprocessing(settings: dict[str, Any]) -> Preprocessing:
    side = int(settings["input_size"][-1])
    mean, std = settings["mean"], settings["std"]
    return Preprocessing(
        input_px=side,
        resize_px=round(side / float(settings["crop_pct"])),
        mean=(mean[0], mean[1], mean[2]),
        std=(std[0], std[1], std[2]),
    )


def _labels(timm: Any, module: Any, n_logits: int) -> tuple[str, ...]:
    """ImageNet's names where timm knows them; numbers otherwise."""
    config = getattr(module, "pretrained_cfg", {}) or {}
    subset = timm.data.infer_imagenet_subset(config)
    if subset is None:
        return tuple(str(index) for index in range(n_logits))
    known = timm.data.ImageNetInfo(subset)
    described = (known.index_to_description(index) for index in range(n_logits))
    return tuple(text.split(",")[0] for text in described)
