"""What identifies a network in the record of a result."""

import hashlib
from dataclasses import asdict
from typing import Any

from generator.networks import Network


def describe_network(network: Network) -> dict[str, Any]:
    """What identifies a network in a record."""
    labels = "\n".join(network.labels).encode()
    return {
        "name": network.name,
        "weights_sha256": network.weights_sha256,
        "labels_sha256": hashlib.sha256(labels).hexdigest(),
        "device": network.device,
        **asdict(network.preprocessing),
    }
