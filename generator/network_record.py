"""What identifies a network in the record of a result. No torch."""

import hashlib
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generator.networks import Network


def network_facts(network: "Network") -> dict[str, Any]:
    """What identifies a network and its preprocessing, as plain values."""
    plain = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in asdict(network.preprocessing).items()
    }
    return {
        "name": network.name,
        "weights_sha256": network.weights_sha256,
        **plain,
    }


def labelled_facts(network: "Network") -> dict[str, Any]:
    """The same, with what stands for the names of its logits."""
    labels = json.dumps(list(network.labels), ensure_ascii=False)
    return {
        **network_facts(network),
        "labels_sha256": hashlib.sha256(labels.encode()).hexdigest(),
    }


def describe_network(network: "Network") -> dict[str, Any]:
    """The same, with where it ran: the `network` object of a record."""
    return {**labelled_facts(network), "device": network.device}
