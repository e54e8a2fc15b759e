"""A network of the user's own, by the import path of a function that builds it."""

import importlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path

from torch import nn

from generator.errors import NetworkError
from generator.features import LOGIT_LAYER
from generator.file_hash import file_sha256
from generator.networks import Network, NetworkSource
from generator.zoo.random_weights import randomized
from generator.zoo.weights import fill, read_state, state_sha256


def load_own_module(name: str, source: NetworkSource) -> Network:
    """What `PACKAGE.MODULE:FUNCTION` returns, called without arguments.

    The current folder is searched as Python itself would. A plain module needs
    preprocessing given beside it; a `Network` brings its own.

    Raises:
        NetworkError: nothing of that name, or it returns something else.
    """
    built = _built(name)
    given = built if isinstance(built, Network) else None
    module = built.module if isinstance(built, Network) else built
    preprocessing = source.preprocessing
    if preprocessing is None and given is not None:
        preprocessing = given.preprocessing
    if preprocessing is None:
        raise NetworkError(
            f"{name} gives a module without preprocessing; say how photographs are "
            "prepared for it (--input-px, --mean, --std), or let the function return a "
            "generator.Network"
        )
    sha256 = given.weights_sha256 if given else ""
    if source.weights is not None:
        fill(module, read_state(source.weights), name=name, path=source.weights)
        sha256 = file_sha256(source.weights)
    elif source.random_weights is not None:
        module = randomized(module, rng_seed=source.random_weights)
        sha256 = ""
    network = Network(
        name=name,
        module=module,
        preprocessing=preprocessing,
        labels=source.labels or (given.labels if given else ()),
        weights_sha256=sha256 or state_sha256(module),
    )
    return network if network.labels else _with_numbered_labels(network)


def _built(name: str) -> nn.Module | Network:
    path, _, attribute = name.partition(":")
    if not all(part.isidentifier() for part in [*path.split("."), attribute]):
        raise NetworkError(f"{name!r} is no import path; write PACKAGE.MODULE:FUNCTION")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        build = getattr(importlib.import_module(path), attribute)
    except (ImportError, AttributeError) as error:
        raise NetworkError(
            f"{name} cannot be imported: {error}. Write PACKAGE.MODULE:FUNCTION, "
            "findable from the current folder."
        ) from error
    built = build
    if callable(build) and not isinstance(build, nn.Module):
        _check_needs_nothing(build, name)
        built = build()
    if not isinstance(built, nn.Module | Network):
        raise NetworkError(
            f"{name} must give a torch.nn.Module or a generator.Network; "
            f"got {type(built).__name__}"
        )
    return built


def _check_needs_nothing(build: Callable[..., object], name: str) -> None:
    try:
        inspect.signature(build).bind()
    except TypeError as error:
        raise NetworkError(
            f"{name} is called without arguments, but: {error}. Write a function that "
            "needs none."
        ) from error


def _with_numbered_labels(network: Network) -> Network:
    """Numbers as labels, one for each logit the module turns out to have."""
    logits = [layer for layer in network.layers if layer.name == LOGIT_LAYER]
    n_logits = logits[0].n_channels if logits else 0
    return Network(
        name=network.name,
        module=network.module,
        preprocessing=network.preprocessing,
        labels=tuple(str(index) for index in range(n_logits)),
        weights_sha256=network.weights_sha256,
    )
