"""Ask the network again about every picture of a bundle, as it lies on the disk."""

from collections import defaultdict
from typing import Any

import torch
from PIL import Image

from generator.activations import feature_activations
from generator.bundle import Bundle
from generator.errors import BundleError
from generator.feature_text import parse_feature
from generator.index.features import directions_used
from generator.networks import Network
from generator.photographs import from_picture

TOLERANCE = 1e-3
"""Share of an activation (of 1, for smaller ones) that machines may differ by."""

_BATCH = 32


def check_activations(bundle: Bundle, network: Network) -> int:
    """Compare every activation of the manifest with that of the saved picture.

    Returns:
        How many were compared.

    Raises:
        BundleError: the network or a direction is not the bundle's; or names each
            picture whose activation is another.
        LayerNotFoundError, FeatureNotFoundError: the network lacks a feature.
    """
    wanted = bundle.manifest["network"]["weights_sha256"]
    if network.weights_sha256 != wanted:
        raise BundleError(
            f"{bundle.folder} was made with {bundle.manifest['network']['name']} of "
            f"weights {wanted[:12]}…; got {network.name} of "
            f"{network.weights_sha256[:12]}…. Name its network and weights."
        )
    features = [parse_feature(one["feature_id"]) for one in bundle.manifest["features"]]
    if directions_used(network, features) != bundle.manifest["network"]["directions"]:
        names = ", ".join(bundle.manifest["network"]["directions"])
        raise BundleError(
            f"{bundle.folder} was made with the directions {names}; they are missing "
            "or were changed. Name their files (--directions)."
        )
    by_feature = defaultdict(list)
    for stimulus in bundle.stimuli():
        if stimulus["activation"] is not None:
            by_feature[stimulus["feature_id"]].append(stimulus)
    faults: list[str] = []
    for feature_id, stimuli in by_feature.items():
        for first in range(0, len(stimuli), _BATCH):
            some = stimuli[first : first + _BATCH]
            faults += _faults(bundle, network, feature_id, some)
    if faults:
        lines = "".join(f"\n  - {fault}" for fault in faults)
        raise BundleError(
            f"{bundle.folder} does not hold what its manifest says:{lines}\n"
            "Delete the folder and make the bundle anew."
        )
    return sum(len(stimuli) for stimuli in by_feature.values())


def _faults(
    bundle: Bundle, network: Network, feature_id: str, stimuli: list[dict[str, Any]]
) -> list[str]:
    canvases = []
    for stimulus in stimuli:
        with Image.open(bundle.folder / stimulus["file"]) as picture:
            canvases.append(from_picture(picture))
    feature = parse_feature(feature_id)
    found = feature_activations(network, torch.stack(canvases), [feature])[:, 0]
    return [
        f"{stimulus['file']} ({stimulus['kind']}) drives {feature_id} by "
        f"{activation:.6g}; the manifest says {stimulus['activation']:.6g}"
        for stimulus, activation in zip(stimuli, found.tolist(), strict=True)
        if not _is_same(activation, stimulus["activation"])
    ]


def _is_same(found: float, said: float) -> bool:
    return abs(found - said) <= TOLERANCE * max(1.0, abs(said))
